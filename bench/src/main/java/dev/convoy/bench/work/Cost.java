package dev.convoy.bench.work;

import dev.convoy.Shape;
import dev.convoy.Window;

/**
 * What an operation comes to by its definition, whatever the algorithm: every input read once and
 * every output written once; a multiplication or addition for each term whose element lies in the
 * image (not in padding). An algorithm that saves terms, as Winograd's does, may be faster than the
 * processor's peak allows the definition to be.
 *
 * @param flops arithmetic operations
 * @param bytes read and written, or 0 where caches make the number meaningless: a whole network
 */
public record Cost(long flops, long bytes) {
  /** A winner of max pooling takes a byte at least; that is what is counted, for everyone. */
  private static final int WINNER_BYTES = 1;

  private static final int FASHION_FEATURES = 64 * 7 * 7;
  private static final int FASHION_HIDDEN = 1024;

  /** Of an operation at a size. */
  public static Cost of(Problem problem) {
    Shape x = problem.xShape();
    Shape y = problem.yShape();
    long bytes = problem.dtype().bytes();
    long windows = y.elements();
    return switch (problem.operation()) {
      case CONV_FORWARD, CONV_BACKWARD_INPUT -> {
        long bias =
            problem.operation() == Operation.CONV_FORWARD ? problem.workload().outputChannels() : 0;
        long elements = x.elements() + problem.wShape().elements() + y.elements() + bias;
        yield new Cost(2 * convTerms(problem.workload()), elements * bytes);
      }
      case CONV_BACKWARD_WEIGHTS -> {
        long bias = problem.workload().outputChannels();
        long elements = x.elements() + y.elements() + problem.wShape().elements() + bias;
        yield new Cost(2 * convTerms(problem.workload()) + y.elements(), elements * bytes);
      }
      case MAXPOOL_FORWARD ->
          new Cost(poolTerms(problem) - windows, (x.elements() + windows) * bytes);
      case MAXPOOL_FORWARD_TRAINING ->
          new Cost(
              poolTerms(problem) - windows,
              (x.elements() + windows) * bytes + windows * WINNER_BYTES);
      case MAXPOOL_BACKWARD ->
          new Cost(windows, (x.elements() + windows) * bytes + windows * WINNER_BYTES);
      case AVGPOOL_FORWARD, AVGPOOL_BACKWARD ->
          new Cost(poolTerms(problem), (x.elements() + windows) * bytes);
      case MATMUL ->
          new Cost(
              2 * windows * x.dim(1),
              (x.elements() + problem.wShape().elements() + windows) * bytes);
      case TRAINING_STEP -> new Cost(trainingFlops(x.n()), 0);
    };
  }

  /** Of the network's convolutions and dense layers: forward, and backward but for the images. */
  private static long trainingFlops(int batch) {
    Window five = Window.square(5).padding(2);
    long first =
        convTerms(
            new Workload(Workload.Kind.CONV, "conv1", Shape.of(batch, 1, 28, 28), 32, five, 1));
    long second =
        convTerms(
            new Workload(Workload.Kind.CONV, "conv2", Shape.of(batch, 32, 14, 14), 64, five, 1));
    long dense = (long) batch * FASHION_HIDDEN * (FASHION_FEATURES + 10);
    return 2 * (2 * first + 3 * second + 3 * dense);
  }

  private static long convTerms(Workload workload) {
    return (long) workload.x().n()
        * workload.outputChannels()
        * (workload.x().c() / workload.groups())
        * termsOfPlane(workload);
  }

  private static long poolTerms(Problem problem) {
    return (long) problem.xShape().n() * problem.xShape().c() * termsOfPlane(problem.workload());
  }

  /** Elements in the image, summed over the windows of one plane. */
  private static long termsOfPlane(Workload workload) {
    Window window = workload.window();
    Shape x = workload.x();
    long rows =
        terms(
            window.outputHeight(x.h()),
            window.strideHeight(),
            window.padTop(),
            window.kernelHeight(),
            window.dilationHeight(),
            x.h());
    long columns =
        terms(
            window.outputWidth(x.w()),
            window.strideWidth(),
            window.padLeft(),
            window.kernelWidth(),
            window.dilationWidth(),
            x.w());
    return rows * columns;
  }

  private static long terms(int outputs, int stride, int pad, int kernel, int dilation, int size) {
    long count = 0;
    for (int o = 0; o < outputs; o++) {
      for (int k = 0; k < kernel; k++) {
        int place = o * stride - pad + k * dilation;
        if (place >= 0 && place < size) {
          count++;
        }
      }
    }
    return count;
  }
}
