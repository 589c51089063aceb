package dev.convoy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowTest {
  @Test
  void countsOutputsAsWalkingOverThePaddedAxisDoes() {
    for (int size = 1; size <= 9; size++) {
      for (int kernel = 1; kernel <= 4; kernel++) {
        for (int stride = 1; stride <= 4; stride++) {
          for (int dilation = 1; dilation <= 3; dilation++) {
            for (int before = 0; before <= 3; before++) {
              for (int after = 0; after <= 3; after++) {
                check(size, kernel, stride, dilation, before, after);
              }
            }
          }
        }
      }
    }
  }

  private static void check(int size, int kernel, int stride, int dilation, int before, int after) {
    int effective = dilation * (kernel - 1) + 1;
    int floor = 0;
    for (int start = 0; start + effective <= size + before + after; start += stride) {
      floor++;
    }
    Window window =
        Window.of(kernel, 1).stride(stride, 1).dilation(dilation, 1).padding(before, 0, after, 0);
    if (floor == 0) {
      assertThrows(IllegalArgumentException.class, () -> window.outputHeight(size));
      return;
    }
    assertEquals(floor, window.outputHeight(size), window::toString);
    boolean covered = (floor - 1) * stride + effective == size + before + after;
    boolean startsInside = floor * stride < size + before;
    int ceil = floor + (!covered && startsInside ? 1 : 0);
    assertEquals(ceil, window.ceilMode(true).outputHeight(size), window::toString);
  }

  @Test
  void leavesOutCeilModesLastWindowThatStartsInThePaddingAfter() {
    // PyTorch issue 45357: one column of padding is no reason for another window.
    Window window = Window.square(1).stride(2).ceilMode(true);
    assertEquals(2, window.outputWidth(4));
    assertEquals(2, Window.square(2).stride(2).padding(1).ceilMode(true).outputWidth(2));
  }

  @Test
  void namesTheAxisTheSizeAndTheKernelThatDoNotFit() {
    Window window = Window.of(3, 5).dilation(1, 2);
    String message =
        assertThrows(IllegalArgumentException.class, () -> window.outputWidth(8)).getMessage();
    assertEquals(
        "axis width: the input of 8 with padding 0 and 0 is smaller than the effective kernel of 9",
        message);
  }

  @Test
  void computesWithoutWrappingAround() {
    int most = Integer.MAX_VALUE;
    Window wide = Window.of(1, most).dilation(1, most);
    assertEquals((long) most * (most - 1) + 1, wide.effectiveWidth());
    assertThrows(IllegalArgumentException.class, () -> wide.outputWidth(most));
    Window padded = Window.square(1).padding(0, most, 0, most);
    String message =
        assertThrows(IllegalArgumentException.class, () -> padded.outputWidth(most)).getMessage();
    assertTrue(message.contains("must fit in an int"), message);
  }

  @Test
  void padsForTheSameSizeWithTheOddElementWhereAsked() {
    Window upper = Window.of(2, 3).stride(1, 2).same(Same.UPPER, 5, 6);
    assertEquals(Window.of(2, 3).stride(1, 2).padding(0, 0, 1, 1), upper);
    Window lower = Window.of(2, 3).stride(1, 2).same(Same.LOWER, 5, 6);
    assertEquals(Window.of(2, 3).stride(1, 2).padding(1, 1, 0, 0), lower);
    for (int size = 1; size < 12; size++) {
      for (int stride = 1; stride < 5; stride++) {
        Window window = Window.square(3).dilation(2).stride(stride).same(Same.UPPER, size, size);
        assertEquals((size + stride - 1) / stride, window.outputHeight(size));
      }
    }
  }

  @Test
  void refusesParametersOutOfRange() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Window.square(2).stride(0, 1))
            .getMessage();
    assertEquals("strideHeight is 0, must be at least 1", message);
    assertThrows(IllegalArgumentException.class, () -> Window.square(0));
    assertThrows(IllegalArgumentException.class, () -> Window.square(1).padding(-1));
    assertThrows(IllegalArgumentException.class, () -> Window.square(1).dilation(0));
  }

  @Test
  void poolsOnlyWhereEveryWindowHasAPixel() {
    Shape image = Shape.of(1, 1, 3, 3);
    assertThrows(
        IllegalArgumentException.class,
        () -> MaxPool2dSpec.of(Window.square(2).padding(2)).outputShape(image));
    // Two taps five apart around an image of three: both outside, though the span covers it.
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    AvgPool2dSpec.of(Window.of(2, 1).dilation(5, 1).padding(2, 0, 2, 0))
                        .outputShape(image))
            .getMessage();
    assertTrue(message.contains("lies wholly in padding"), message);
    assertEquals(
        Shape.of(1, 1, 3, 3),
        MaxPool2dSpec.of(Window.square(3).dilation(2).padding(2)).outputShape(image));
  }
}
