package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import org.junit.jupiter.api.Test;

class BufferTest {
  private final Buffer<Tensor> buffer = Buffer.likeInput();

  private static Tensor x(DType dtype, int... dims) {
    return Tensor.zeros(Shape.of(dims), dtype);
  }

  @Test
  void eachShapeHasItsTensorInTheSameMemory() {
    Tensor large = buffer.forInput(x(DType.F32, 64, 10));
    Tensor small = buffer.forInput(x(DType.F32, 32, 10));
    Tensor wide = buffer.forInput(x(DType.F64, 32, 10));
    assertEquals(Shape.of(32, 10), small.shape());
    assertEquals(DType.F64, wide.dtype());
    assertEquals(large.segment().address(), small.segment().address());
    assertEquals(large.segment().address(), wide.segment().address());
    assertSame(large, buffer.forInput(x(DType.F32, 64, 10)));
    assertSame(small, buffer.forInput(x(DType.F32, 32, 10)));
  }

  @Test
  void aLargerShapeGetsLargerMemoryThatTheOthersThenShare() {
    Tensor small = buffer.forInput(x(DType.F32, 1, 4));
    Tensor large = buffer.forInput(x(DType.F32, 100, 4));
    assertNotEquals(small.segment().address(), large.segment().address());
    assertEquals(
        large.segment().address(), buffer.forInput(x(DType.F32, 1, 4)).segment().address());
  }

  @Test
  void manyShapesDoNotPileUp() {
    Tensor first = buffer.forInput(x(DType.F32, 1000, 1));
    for (int n = 1; n < 1000; n++) {
      assertEquals(n, buffer.forInput(x(DType.F32, n, 1)).shape().dim(0));
    }
    assertEquals(
        first.segment().address(), buffer.forInput(x(DType.F32, 5, 5)).segment().address());
  }
}
