package dev.convoy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class ArgMaxTest {
  private static final Shape IMAGE = Shape.of(1, 1, 4, 5);

  @Test
  void translatesPlacesToPlaneIndicesAndBack() {
    MaxPool2dSpec pool =
        MaxPool2dSpec.of(Window.of(2, 3).stride(2, 1).padding(1, 1, 0, 0).dilation(2, 1));
    // Windows start at rows -1 and 1 and at columns -1, 0, 1, 2, with rows two apart.
    long[] indices = {5, 6, 8, 9, 5, 17, 16, 19};
    ArgMax argmax = ArgMax.ofPlaneIndices(pool, IMAGE, indices);
    assertEquals(Shape.of(1, 1, 2, 4), argmax.shape());
    assertEquals(3 + 1, argmax.get(0), "second row, second column of the window");
    assertArrayEquals(indices, argmax.toPlaneIndices());
  }

  @Test
  void refusesIndicesOutsideTheirWindow() {
    MaxPool2dSpec pool = MaxPool2dSpec.of(Window.square(2).stride(2));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> ArgMax.ofPlaneIndices(pool, IMAGE, 0, 2, 10, 14))
            .getMessage();
    assertTrue(message.contains("planeIndices[3] is 14"), message);
    assertThrows(
        IllegalArgumentException.class, () -> ArgMax.ofPlaneIndices(pool, IMAGE, 0, 2, -1, 12));
    assertThrows(
        IllegalArgumentException.class, () -> ArgMax.ofPlaneIndices(pool, IMAGE, 0, 2, 10));
  }

  @Test
  void takesAByteForUsualWindowsAndFourForLargeOnes() {
    Shape image = Shape.of(1, 1, 20, 20);
    assertEquals(1, MaxPool2dSpec.of(Window.square(16)).argmax(image).bytesPerWinner());
    assertEquals(4, MaxPool2dSpec.of(Window.square(17)).argmax(image).bytesPerWinner());
    ArgMax large = ArgMax.ofPlaneIndices(MaxPool2dSpec.of(Window.square(20)), image, 399);
    assertEquals(399, large.get(0));
    ArgMax byteSized =
        ArgMax.ofPlaneIndices(
            MaxPool2dSpec.of(Window.square(16)),
            image,
            java.util.stream.LongStream.range(0, 25)
                .map(i -> 15 * 20 + 15 + i / 5 * 20 + i % 5)
                .toArray());
    assertEquals(255, byteSized.get(24), "places are unsigned");
  }

  @Test
  void refusesAConfinedArena() {
    try (Arena arena = Arena.ofConfined()) {
      MaxPool2dSpec pool = MaxPool2dSpec.of(Window.square(2));
      assertThrows(IllegalArgumentException.class, () -> pool.argmax(IMAGE, arena));
    }
  }
}
