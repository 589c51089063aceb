package dev.convoy.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.work.Workload.Kind;
import org.junit.jupiter.api.Test;

/** Counted by hand. */
class CostTest {
  private static final Window THREE = Window.square(3).padding(1);

  @Test
  void aConvolutionCountsTheTermsInTheImageOnly() {
    // A 3x3 window on a 2x2 image: each of the four outputs sees all four elements.
    var size = new Workload(Kind.CONV, "a", Shape.of(5, 2, 2, 2), 3, THREE, 1);

    Cost cost = Cost.of(new Problem(Operation.CONV_FORWARD, size));

    assertEquals(2L * (5 * 3 * 2) * (4 * 4), cost.flops());
    int x = 5 * 2 * 4;
    int w = 3 * 2 * 9;
    int y = 5 * 3 * 4;
    assertEquals(4L * (x + w + 3 + y), cost.bytes());
  }

  @Test
  void aDepthwiseConvolutionHasOneInputChannelPerOutput() {
    var size = new Workload(Kind.CONV, "a", Shape.of(1, 6, 2, 2), 6, THREE, 6);

    assertEquals(2L * 6 * 16, Cost.of(new Problem(Operation.CONV_BACKWARD_INPUT, size)).flops());
  }

  @Test
  void maxPoolingComparesOnceLessThanItReadsAndKeepsAByteAWindow() {
    var size = new Workload(Kind.MAXPOOL, "a", Shape.of(1, 1, 4, 4), 0, halve(), 1);

    Cost cost = Cost.of(new Problem(Operation.MAXPOOL_FORWARD_TRAINING, size, DType.F64));

    assertEquals(16L - 4, cost.flops());
    assertEquals(8L * (16 + 4) + 4, cost.bytes());
    assertEquals(
        8L * (16 + 4), Cost.of(new Problem(Operation.MAXPOOL_FORWARD, size, DType.F64)).bytes());
  }

  @Test
  void averagePoolingReadsTheImageAndWritesTheAverages() {
    var size = new Workload(Kind.AVGPOOL, "a", Shape.of(1, 1, 4, 4), 0, halve(), 1);

    Cost cost = Cost.of(new Problem(Operation.AVGPOOL_BACKWARD, size));

    assertEquals(16L, cost.flops());
    assertEquals(4L * (16 + 4), cost.bytes());
  }

  @Test
  void aMatrixProductIsTwoOperationsATerm() {
    // [3, 2*9] times [18, 4]
    var size = new Workload(Kind.CONV, "a", Shape.of(5, 2, 2, 2), 3, THREE, 1);

    Cost cost = Cost.of(new Problem(Operation.MATMUL, size));

    assertEquals(2L * 3 * 18 * 4, cost.flops());
    assertEquals(4L * (3 * 18 + 18 * 4 + 3 * 4), cost.bytes());
  }

  private static Window halve() {
    return Window.square(2).stride(2);
  }
}
