package dev.convoy.nn.examples;

import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import dev.convoy.nn.MaxPool2d;
import dev.convoy.nn.Mode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Does with {@link MaxPool2d} what the three programs of {@link NumpyMaxPool} do, and checks that
 * the numbers are the same, bit for bit: first what NumPy itself printed for a small image, then
 * the plain loops' results for whole batches, where it also says how much faster the layer is.
 *
 * <p>Needs an engine beside this module, so on the class path of the launcher, or after a build:
 *
 * <pre>
 * java --add-modules jdk.incubator.vector \
 *     -cp nn/target/classes:api/target/classes:engine-java/target/classes \
 *     dev.convoy.nn.examples.MaxPoolFromScratch
 * </pre>
 */
public final class MaxPoolFromScratch {
  /** Each side is repeated until it has not got faster for so long: by then the JIT is done. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Engine engine;
  private final PrintStream out;
  private final Duration patience;
  private boolean agree = true;

  private MaxPoolFromScratch(Engine engine, PrintStream out, Duration patience) {
    this.engine = engine;
    this.out = out;
    this.patience = patience;
  }

  /** Runs on the fastest engine; exits with 1 if a number differs. */
  public static void main(String[] arguments) {
    if (!run(Engines.fastest(), System.out, PATIENCE)) {
      System.exit(1);
    }
  }

  /**
   * Compares everything.
   *
   * @param engine what the layers compute on
   * @param out where the comparison is told
   * @param patience each side is repeated until it has not got faster for so long
   * @return whether all numbers agree
   */
  static boolean run(Engine engine, PrintStream out, Duration patience) {
    out.println("max pooling from scratch, on engine " + engine);
    MaxPoolFromScratch comparison = new MaxPoolFromScratch(engine, out, patience);
    comparison.compareWithNumpy();
    comparison.compareWithLoops(new NumpyMaxPool(64 * 32, 28, 28, 2, 2), 64);
    comparison.compareWithLoops(new NumpyMaxPool(32 * 32, 27, 29, 2, 2), 32);
    comparison.compareWithLoops(new NumpyMaxPool(16 * 64, 29, 31, 3, 2), 16);
    out.println(comparison.agree ? "all numbers agree" : "SOME NUMBERS DIFFER");
    return comparison.agree;
  }

  /** One image with ties and an uncovered border; the results are NumPy 2.4's. */
  private void compareWithNumpy() {
    float[] x = {
      3, 1, 4, 1, 5, //
      9, 2, 6, 6, 3, //
      5, 8, 9, 7, 9, //
      3, 2, 3, 8, 4, //
      6, 2, 6, 4, 3
    };
    float[] dy = {1, 2, 3, 4};
    float[] byLoop = {
      0, 0, 0, 0, 0, //
      1, 0, 2, 0, 0, //
      0, 3, 4, 0, 0, //
      0, 0, 0, 0, 0, //
      0, 0, 0, 0, 0
    };
    float[] byMask = {
      0, 0, 0, 0, 0, //
      1, 0, 2, 2, 0, //
      0, 3, 4, 0, 0, //
      0, 0, 0, 0, 0, //
      0, 0, 0, 0, 0
    };
    float[] byLoopOverlapping = {
      0, 0, 0, 0, 0, //
      1, 0, 0, 0, 0, //
      0, 0, 9, 0, 0, //
      0, 0, 0, 0, 0, //
      0, 0, 0, 0, 0
    };
    out.println("against NumPy, one image 5×5");
    NumpyMaxPool pool = new NumpyMaxPool(1, 5, 5, 2, 2);
    Convoy first = new Convoy(pool, 1, Ties.FIRST, x, dy);
    check("forward", first.forward(), 9, 6, 8, 9);
    check("loop backward", first.backward(), byLoop);
    Convoy all = new Convoy(pool, 1, Ties.ALL, x, dy);
    all.forward();
    check("mask backward", all.backward(), byMask);
    Convoy overlapping = new Convoy(new NumpyMaxPool(1, 5, 5, 3, 2), 1, Ties.FIRST, x, dy);
    check("forward, windows that overlap", overlapping.forward(), 9, 9, 9, 9);
    check("loop backward, windows that overlap", overlapping.backward(), byLoopOverlapping);
  }

  /** Random batches of small whole numbers: ties abound, and any order of adding is exact. */
  private void compareWithLoops(NumpyMaxPool numpy, int images) {
    out.printf(
        "against plain loops, %d images of %d channels %d×%d, window %d×%d of stride %d%n",
        images,
        numpy.planes() / images,
        numpy.height(),
        numpy.width(),
        numpy.kernel(),
        numpy.kernel(),
        numpy.stride());
    Random random = new Random(61954727);
    float[] x = wholeNumbers(random, numpy.planes() * numpy.height() * numpy.width());
    float[] dy = wholeNumbers(random, numpy.planes() * numpy.outputHeight() * numpy.outputWidth());
    float[] y = numpy.forward(x);

    Convoy first = new Convoy(numpy, images, Ties.FIRST, x, dy);
    compare("forward", first::forward, () -> numpy.forward(x));
    compare("loop backward", first::backward, () -> numpy.backwardByLoop(x, dy));
    if (numpy.stride() == numpy.kernel()) {
      Convoy all = new Convoy(numpy, images, Ties.ALL, x, dy);
      all.forward();
      compare("mask backward", all::backward, () -> numpy.backwardByMask(x, y, dy));
    }
  }

  private static float[] wholeNumbers(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(16) - 8;
    }
    return values;
  }

  private void check(String what, Tensor convoy, float... numpy) {
    out.printf("  %-36s %s%n", what, verdict(convoy, numpy));
  }

  private void compare(String what, Supplier<Tensor> convoy, Supplier<float[]> loops) {
    String verdict = verdict(convoy.get(), loops.get());
    double ratio = (double) bestNanos(loops) / (double) bestNanos(convoy);
    out.printf("  %-36s %s, %.1f times as fast%n", what, verdict, ratio);
  }

  private String verdict(Tensor convoy, float[] expected) {
    boolean same = Arrays.equals(convoy.toFloatArray(), expected);
    agree &= same;
    return same ? "agrees" : "DIFFERS";
  }

  @SuppressWarnings("ReturnValueIgnored") // the work is wanted, not its result
  private long bestNanos(Supplier<?> work) {
    long best = Long.MAX_VALUE;
    long improved = System.nanoTime();
    long end;
    do {
      long start = System.nanoTime();
      work.get();
      end = System.nanoTime();
      if (end - start < best) {
        best = end - start;
        improved = end;
      }
    } while (end - improved < patience.toNanos());
    return best;
  }

  /** The same pooling as a layer. */
  private final class Convoy {
    private final MaxPool2d layer;
    private final Tensor x;
    private final Tensor dy;

    Convoy(NumpyMaxPool numpy, int images, Ties ties, float[] x, float[] dy) {
      Window window = Window.square(numpy.kernel()).stride(numpy.stride());
      int channels = numpy.planes() / images;
      layer = new MaxPool2d(engine, MaxPool2dSpec.of(window).ties(ties));
      this.x = Tensor.of(Shape.of(images, channels, numpy.height(), numpy.width()), x);
      Shape pooled = Shape.of(images, channels, numpy.outputHeight(), numpy.outputWidth());
      this.dy = Tensor.of(pooled, dy);
    }

    Tensor forward() {
      return layer.forward(x, Mode.TRAINING);
    }

    Tensor backward() {
      return layer.backward(dy);
    }
  }
}
