package dev.convoy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void countsItsElementsBeyondAnInt() {
    assertEquals(1L << 40, Shape.of(1 << 20, 1 << 20).elements());
    assertEquals(1, Shape.of().elements());
    assertEquals(0, Shape.of(0, 3, 8, 8).elements());
  }

  @Test
  void namesTheAxesOfImages() {
    Shape shape = Shape.of(2, 3, 4, 5);
    assertEquals("2 3 4 5", shape.n() + " " + shape.c() + " " + shape.h() + " " + shape.w());
    IllegalStateException e = assertThrows(IllegalStateException.class, Shape.of(2, 3)::h);
    assertTrue(e.getMessage().contains("[2, 3]"), e.getMessage());
  }

  @Test
  void refusesNegativeSizesAndOverflow() {
    assertThrows(IllegalArgumentException.class, () -> Shape.of(1, -1));
    int most = Integer.MAX_VALUE;
    assertThrows(IllegalArgumentException.class, () -> Shape.of(most, most, most));
    assertThrows(IllegalArgumentException.class, () -> Shape.of(most, most, 4));
  }

  @Test
  void doesNotChangeWithTheArrayItWasMadeOf() {
    int[] dims = {1, 2};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    assertEquals(Shape.of(1, 2), shape);
    assertEquals(Shape.of(1, 2).hashCode(), shape.hashCode());
    assertNotEquals(Shape.of(2, 1), shape);
  }
}
