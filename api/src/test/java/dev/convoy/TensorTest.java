package dev.convoy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void copiesArraysInAndOut() {
    Tensor floats = Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f);
    assertArrayEquals(new float[] {1, 2, 3, 4}, floats.toFloatArray());
    assertArrayEquals(new double[] {1, 2, 3, 4}, floats.toDoubleArray());
    Tensor doubles = Tensor.of(Shape.of(2), 1.5, -0.0);
    assertArrayEquals(new double[] {1.5, -0.0}, doubles.toDoubleArray());
    assertEquals(0, floats.segment().address() % Tensor.ALIGNMENT);
  }

  @Test
  void refusesArraysOfAnotherLengthOrType() {
    assertMessage(
        "values has 3 elements, must have 4 for shape [2, 2]",
        () -> Tensor.of(Shape.of(2, 2), 1f, 2f, 3f));
    Tensor doubles = Tensor.zeros(Shape.of(2), DType.F64);
    assertThrows(IllegalStateException.class, doubles::toFloatArray);
    assertThrows(IllegalStateException.class, () -> doubles.copyFrom(new float[2]));
  }

  @Test
  void fillsWithAnyValue() {
    Tensor tensor = Tensor.zeros(Shape.of(3), DType.F32);
    tensor.fill(2.5);
    assertArrayEquals(new float[] {2.5f, 2.5f, 2.5f}, tensor.toFloatArray());
    tensor.fill(-0.0);
    assertEquals(Float.floatToRawIntBits(-0f), Float.floatToRawIntBits(tensor.toFloatArray()[0]));
  }

  @Test
  void reshapesAndSlicesWithoutCopying() {
    Tensor batch = Tensor.of(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f);
    batch.slice(1, 3).segment().setAtIndex(ValueLayout.JAVA_FLOAT, 0, 9f);
    assertArrayEquals(new float[] {1, 2, 9, 4, 5, 6}, batch.reshape(Shape.of(6)).toFloatArray());
    assertEquals(Shape.of(2, 2), batch.slice(1, 3).shape());
    assertEquals(0, batch.slice(3, 3).shape().elements());
    assertThrows(IndexOutOfBoundsException.class, () -> batch.slice(2, 4));
    assertThrows(IllegalArgumentException.class, () -> batch.reshape(Shape.of(7)));
  }

  @Test
  void wrapsMemoryOfAutomaticSharedAndGlobalArenasOnly() {
    Shape shape = Shape.of(4);
    try (Arena shared = Arena.ofShared();
        Arena confined = Arena.ofConfined()) {
      Tensor.wrap(shape, DType.F32, shared.allocate(16, 4));
      assertMessage(
          "confined arena", () -> Tensor.wrap(shape, DType.F32, confined.allocate(16, 4)));
      assertMessage("confined arena", () -> Tensor.zeros(shape, DType.F32, confined));
    }
    MemorySegment memory = Arena.ofAuto().allocate(64, 8);
    assertMessage("has 64 bytes, must have 16", () -> Tensor.wrap(shape, DType.F32, memory));
    assertMessage(
        "must be a multiple of 4", () -> Tensor.wrap(shape, DType.F32, memory.asSlice(2, 16)));
    assertMessage(
        "on the heap", () -> Tensor.wrap(shape, DType.F32, MemorySegment.ofArray(new float[4])));
    assertTrue(Tensor.wrap(shape, DType.F32, memory.asSlice(4, 16).asReadOnly()).isReadOnly());
  }

  @Test
  void refusesSizesThatOverflow() {
    Shape huge = Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertMessage("overflows a long", () -> Tensor.zeros(huge, DType.F64));
  }

  @Test
  void throwsOnUseAfterItsArenaIsClosed() {
    Tensor tensor;
    try (Arena arena = Arena.ofShared()) {
      tensor = Tensor.zeros(Shape.of(2), DType.F32, arena);
    }
    assertThrows(IllegalStateException.class, tensor::toFloatArray);
  }

  private static void assertMessage(
      String part, org.junit.jupiter.api.function.Executable executable) {
    Exception e = assertThrows(IllegalArgumentException.class, executable);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
