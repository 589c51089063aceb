package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Random cases over all attributes. A failing one is shrunk to a small one, whose printed name has
 * all attributes and the seed of its numbers.
 */
public final class RandomCases {
  /** Of the choice of cases: every run tries the same. */
  public static final String SEED = "61954727";

  private RandomCases() {}

  /** Batch and channels of a convolution. */
  private record Channels(int batch, int groups, int inputs, int outputs) {}

  /** Rows and columns of the image beyond the smallest that the window fits. */
  private record Room(int rows, int columns) {}

  /** Convolutions. */
  public static final class Conv2d implements ArbitrarySupplier<Case> {
    /** For jqwik. */
    public Conv2d() {}

    @Override
    public Arbitrary<Case> get() {
      return Combinators.combine(
              dtypes(), windows(), channels(), room(), Arbitraries.of(Activation.class), seeds())
          .as(RandomCases::conv2d);
    }
  }

  private static Case conv2d(
      DType dtype, Window window, Channels channels, Room room, Activation activation, int seed) {
    Conv2dSpec spec = new Conv2dSpec(window, channels.groups(), activation);
    Shape x = images(window, channels.batch(), channels.groups() * channels.inputs(), room);
    int outputs = channels.groups() * channels.outputs();
    String name = "%s of x %s to %d channels, seed %d".formatted(spec, x, outputs, seed);
    return Conv2dCase.random(name, dtype, spec, x, outputs, random(seed));
  }

  /** Transposed convolutions. */
  public static final class ConvTranspose2d implements ArbitrarySupplier<Case> {
    /** For jqwik. */
    public ConvTranspose2d() {}

    @Override
    public Arbitrary<Case> get() {
      return Combinators.combine(
              dtypes(), windows(), channels(), room(), between(0, 2), between(0, 2), seeds())
          .as(RandomCases::convTranspose2d)
          .filter(spec -> spec != null);
    }
  }

  /** Null where padding leaves no output. */
  private static Case convTranspose2d(
      DType dtype,
      Window window,
      Channels channels,
      Room room,
      int moreRows,
      int moreColumns,
      int seed) {
    ConvTranspose2dSpec spec =
        ConvTranspose2dSpec.of(window)
            .groups(channels.groups())
            .outputPadding(
                Math.min(moreRows, Math.max(window.strideHeight(), window.dilationHeight()) - 1),
                Math.min(moreColumns, Math.max(window.strideWidth(), window.dilationWidth()) - 1));
    int inputs = channels.groups() * channels.inputs();
    Shape x = Shape.of(channels.batch(), inputs, room.rows() + 1, room.columns() / 2 + 1);
    Shape w = Shape.of(inputs, channels.outputs(), window.kernelHeight(), window.kernelWidth());
    if (!accepts(() -> spec.outputShape(x, w))) {
      return null;
    }
    String name =
        "%s of x %s to %d channels a group, seed %d".formatted(spec, x, channels.outputs(), seed);
    return ConvTranspose2dCase.random(name, dtype, spec, x, channels.outputs(), random(seed));
  }

  /** Max poolings. */
  public static final class MaxPool2d implements ArbitrarySupplier<Case> {
    /** For jqwik. */
    public MaxPool2d() {}

    @Override
    public Arbitrary<Case> get() {
      return Combinators.combine(
              dtypes(), poolWindows(), between(0, 3), between(1, 4), room(), seeds())
          .as(RandomCases::maxPool2d)
          .filter(each -> each != null);
    }
  }

  /** Null where a dilated window would lie wholly in padding. */
  private static Case maxPool2d(
      DType dtype, Window window, int batch, int channels, Room room, int seed) {
    Shape shape = images(window, batch, channels, room);
    if (!accepts(() -> MaxPool2dSpec.of(window).outputShape(shape))) {
      return null;
    }
    RandomGenerator random = random(seed);
    DoubleSupplier pixels =
        switch (random.nextInt(4)) {
          case 0 -> () -> random.nextInt(4) - 2;
          case 1 -> () -> random.nextInt(12) == 0 ? Double.NaN : random.nextInt(9) - 9;
          case 2 -> () -> random.nextInt(3) == 0 ? random.nextDouble() : Double.NEGATIVE_INFINITY;
          default -> () -> random.nextDouble(-1, 1);
        };
    String name = "max pooling %s of x %s, seed %d".formatted(window, shape, seed);
    return new MaxPool2dCase(name, dtype, window, Values.generate(shape, dtype, pixels), random);
  }

  /** Average poolings. */
  public static final class AvgPool2d implements ArbitrarySupplier<Case> {
    /** For jqwik. */
    public AvgPool2d() {}

    @Override
    public Arbitrary<Case> get() {
      return Combinators.combine(
              dtypes(),
              poolWindows(),
              between(0, 3),
              between(1, 4),
              room(),
              Arbitraries.of(true, false),
              Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)), Tuple.of(1, between(1, 9))),
              seeds())
          .as(RandomCases::avgPool2d)
          .filter(each -> each != null);
    }
  }

  /** Null where a dilated window would lie wholly in padding. */
  private static Case avgPool2d(
      DType dtype,
      Window window,
      int batch,
      int channels,
      Room room,
      boolean countIncludePad,
      int divisor,
      int seed) {
    Shape shape = images(window, batch, channels, room);
    AvgPool2dSpec spec = new AvgPool2dSpec(window, countIncludePad, divisor);
    if (!accepts(() -> spec.outputShape(shape))) {
      return null;
    }
    RandomGenerator random = random(seed);
    String name = "%s of x %s, seed %d".formatted(spec, shape, seed);
    return new AvgPool2dCase(name, dtype, spec, Values.random(shape, dtype, random), random);
  }

  /** Matrix products. */
  public static final class Matmul implements ArbitrarySupplier<Case> {
    /** For jqwik. */
    public Matmul() {}

    @Override
    public Arbitrary<Case> get() {
      return Combinators.combine(
              dtypes(),
              Arbitraries.of(false, true),
              Arbitraries.of(false, true),
              Arbitraries.of(Epilogue.class),
              between(1, 70),
              between(0, 90),
              between(1, 70),
              seeds())
          .as(RandomCases::matmul);
    }
  }

  /** What follows a product; adding to what is there excludes an activation. */
  private enum Epilogue {
    NONE,
    RELU,
    ADD
  }

  private static Case matmul(
      DType dtype,
      boolean transposeA,
      boolean transposeB,
      Epilogue epilogue,
      int m,
      int k,
      int n,
      int seed) {
    Activation activation = epilogue == Epilogue.RELU ? Activation.RELU : Activation.NONE;
    MatmulSpec spec = new MatmulSpec(transposeA, transposeB, epilogue == Epilogue.ADD, activation);
    String name = "%s of %d×%d×%d, seed %d".formatted(spec, m, k, n, seed);
    return MatmulCase.random(name, dtype, spec, m, k, n, random(seed));
  }

  /** The smallest images that a window fits, and some room. */
  private static Shape images(Window window, int batch, int channels, Room room) {
    long rows = window.effectiveHeight() - window.padTop() - window.padBottom();
    long columns = window.effectiveWidth() - window.padLeft() - window.padRight();
    return Shape.of(
        batch,
        channels,
        (int) Math.max(1, rows) + room.rows(),
        (int) Math.max(1, columns) + room.columns());
  }

  private static Arbitrary<Window> windows() {
    Arbitrary<Integer> kernel = between(1, 5);
    Arbitrary<Integer> stride = between(1, 4);
    Arbitrary<Integer> dilation = between(1, 3);
    Arbitrary<Window> unpadded =
        Combinators.combine(kernel, kernel, stride, stride, dilation, dilation)
            .as((kh, kw, sh, sw, dh, dw) -> Window.of(kh, kw).stride(sh, sw).dilation(dh, dw));
    Arbitrary<Integer> padding = between(0, 4);
    return Combinators.combine(unpadded, padding, padding, padding, padding).as(Window::padding);
  }

  /** Paddings are less than the effective kernel; one window in two is in ceil mode. */
  private static Arbitrary<Window> poolWindows() {
    return Combinators.combine(windows(), Arbitraries.of(false, true))
        .as(
            (window, ceilMode) -> {
              int rows = (int) window.effectiveHeight() - 1;
              int columns = (int) window.effectiveWidth() - 1;
              return window
                  .padding(
                      Math.min(window.padTop(), rows),
                      Math.min(window.padLeft(), columns),
                      Math.min(window.padBottom(), rows),
                      Math.min(window.padRight(), columns))
                  .ceilMode(ceilMode);
            });
  }

  private static Arbitrary<Channels> channels() {
    return Combinators.combine(between(0, 3), between(1, 3), between(1, 4), between(1, 4))
        .as(Channels::new);
  }

  private static Arbitrary<Room> room() {
    return Combinators.combine(between(0, 9), between(0, 40)).as(Room::new);
  }

  private static Arbitrary<DType> dtypes() {
    return Arbitraries.of(DType.class);
  }

  private static Arbitrary<Integer> seeds() {
    return between(0, 999_999);
  }

  private static Arbitrary<Integer> between(int least, int most) {
    return Arbitraries.integers()
        .between(least, most)
        .withDistribution(RandomDistribution.uniform());
  }

  private static RandomGenerator random(int seed) {
    return RandomGeneratorFactory.of("SplittableRandom").create(seed);
  }

  private static boolean accepts(Runnable check) {
    try {
      check.run();
      return true;
    } catch (IllegalArgumentException notForThisShape) {
      return false;
    }
  }
}
