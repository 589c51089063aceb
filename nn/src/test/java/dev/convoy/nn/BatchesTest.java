package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final int N = 10;

  /** Image i has pixels 2 i and 2 i + 1, and the label 100 + i. */
  private static Batches batches(int size, long seed) {
    Tensor images = Tensor.zeros(Shape.of(N, 1, 1, 2), DType.F32);
    for (int i = 0; i < 2 * N; i++) {
      Elements.set(images, i, i);
    }
    return new Batches(images, IntStream.range(100, 100 + N).toArray(), size, seed);
  }

  private static List<Integer> pass(Batches batches, int size) {
    List<Integer> seen = new ArrayList<>();
    while (batches.next()) {
      int count = Math.min(size, N - seen.size());
      assertEquals(Shape.of(count, 1, 1, 2), batches.images().shape());
      float[] pixels = batches.images().toFloatArray();
      for (int i = 0; i < count; i++) {
        int image = batches.labels()[i] - 100;
        assertEquals(2 * image, pixels[2 * i]);
        assertEquals(2 * image + 1, pixels[2 * i + 1]);
        seen.add(image);
      }
      assertEquals(count, batches.labels().length);
    }
    return seen;
  }

  private static final List<Integer> ALL = IntStream.range(0, N).boxed().toList();

  @Test
  void aPassSeesEachImageOnceWithItsLabel() {
    for (int size : new int[] {1, 3, 5, 10, 99}) {
      Batches batches = batches(size, 1);
      assertEquals(ALL, pass(batches, size));
      assertEquals((N + Math.min(size, N) - 1) / Math.min(size, N), batches.count());
      batches.shuffle();
      List<Integer> shuffled = pass(batches, size);
      assertNotEquals(ALL, shuffled);
      assertEquals(ALL, shuffled.stream().sorted().toList());
      assertFalse(batches.next());
    }
  }

  @Test
  void theSeedDecidesTheOrder() {
    Batches one = batches(3, 7);
    Batches same = batches(4, 7);
    Batches other = batches(3, 8);
    one.shuffle();
    same.shuffle();
    other.shuffle();
    List<Integer> first = pass(one, 3);
    assertEquals(first, pass(same, 4));
    assertNotEquals(first, pass(other, 3));
    one.shuffle();
    assertNotEquals(first, pass(one, 3));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Tensor images = Gradients.random(1, 3, 2);
    assertThrows(IllegalArgumentException.class, () -> new Batches(images, new int[2], 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Batches(images, new int[3], 0, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new Batches(images.slice(0, 0), new int[0], 1, 0));
    assertThrows(IllegalStateException.class, () -> batches(1, 1).images());
  }
}
