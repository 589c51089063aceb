package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.spi.WeightsCache;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A convolution of given sizes as {@code convoy_conv2d_plan} has planned it. */
final class Conv2dPlan {
  /** {@code CONVOY_CONV_FORWARD} and so on. */
  enum Operation {
    FORWARD(0),
    BACKWARD_INPUT(1),
    BACKWARD_WEIGHTS(2);

    private final int number;

    Operation(int number) {
      this.number = number;
    }
  }

  /**
   * What is planned.
   *
   * @param flags of {@link ConvBindings}
   * @param x shape of {@code x} or {@code dx}; of no interest where only {@code db} is wanted
   * @param y shape of {@code y} or {@code dy}
   */
  private record Key(
      Operation operation, DType dtype, int flags, Conv2dSpec spec, Shape x, Shape y) {

    /** Whether it is of these, told without making another key. */
    boolean is(Operation operation, DType dtype, int flags, Conv2dSpec spec, Shape x, Shape y) {
      return this.operation == operation
          && this.dtype == dtype
          && this.flags == flags
          && this.spec.equals(spec)
          && this.x.equals(x)
          && this.y.equals(y);
    }
  }

  // Places in the struct, counted in ints.
  private static final int ALGORITHM = 2;
  private static final int PHASES = 20;
  private static final int PIECES = 21;
  private static final int BLOCK_IMAGES = 23;
  private static final int BLOCK_ROWS = 24;
  private static final int BLOCK_COLS = 25;
  private static final int BLOCK_CHANNELS = 26;
  private static final int PIECE_CHANNELS = 27;
  private static final int PIECE_FILTERS = 28;
  private static final int PIECE_GROUPS = 29;
  private static final int PARTIALS = 30;
  private static final int IN_PLACE = 31;
  private static final int BLOCK_TILES = 32;
  private static final int BLOCK_FILTERS = 33;
  private static final int INTS = 34;

  private static final long WORKSPACE_BYTES = INTS * JAVA_INT.byteSize();
  private static final long SCRATCH_BYTES = WORKSPACE_BYTES + JAVA_LONG.byteSize();
  private static final long BYTES = SCRATCH_BYTES + JAVA_LONG.byteSize();

  private static final AtomicLong COUNT = new AtomicLong();

  private final long id = COUNT.incrementAndGet();
  private final Key key;
  private final MemorySegment struct;

  private final int phases;
  private final int[] pieces;
  private final long workspaceBytes;
  private final long scratchBytes;

  private Conv2dPlan(Key key, Conv2dAlgorithm algorithm, boolean precise) {
    this.key = key;
    struct = Arena.ofAuto().allocate(BYTES, JAVA_LONG.byteAlignment());
    MemorySegment.copy(asked(key, algorithm, precise), 0, struct, JAVA_INT, 0, PHASES);
    refuse(plan(struct), algorithm);
    phases = get(PHASES);
    pieces = new int[] {get(PIECES), get(PIECES + 1)};
    workspaceBytes = struct.get(JAVA_LONG, WORKSPACE_BYTES);
    scratchBytes = struct.get(JAVA_LONG, SCRATCH_BYTES);
  }

  /** The struct's first ints, in its order. */
  private static int[] asked(Key key, Conv2dAlgorithm algorithm, boolean precise) {
    Window window = key.spec.window();
    return new int[] {
      key.operation.number,
      ConvBindings.type(key.dtype),
      number(algorithm),
      key.flags | (precise ? ConvBindings.PRECISE : 0),
      key.x.n(),
      key.x.c(),
      key.x.h(),
      key.x.w(),
      key.y.c(),
      key.y.h(),
      key.y.w(),
      window.kernelHeight(),
      window.kernelWidth(),
      window.strideHeight(),
      window.strideWidth(),
      window.padTop(),
      window.padLeft(),
      window.dilationHeight(),
      window.dilationWidth(),
      key.spec.groups()
    };
  }

  private static MemorySegment plan(MemorySegment struct) {
    try {
      return (MemorySegment) ConvBindings.CONV2D_PLAN.invokeExact(struct);
    } catch (Throwable e) {
      throw SharedLibrary.rethrown(e);
    }
  }

  private static void refuse(MemorySegment reason, Conv2dAlgorithm algorithm) {
    if (reason.address() != 0) {
      throw new IllegalArgumentException(
          "algorithm is %s, which does not apply: %s"
              .formatted(algorithm, SharedLibrary.string(reason)));
    }
  }

  /** {@code CONVOY_CONV_AUTO} and so on. */
  private static int number(Conv2dAlgorithm algorithm) {
    return switch (algorithm) {
      case AUTO -> 0;
      case DIRECT -> 1;
      case GEMM -> 2;
      case WINOGRAD -> 3;
      case DEPTHWISE -> 4;
    };
  }

  private int get(int place) {
    return struct.getAtIndex(JAVA_INT, place);
  }

  /** {@code convoy_conv2d_plan}. */
  MemorySegment struct() {
    return struct;
  }

  /** Tells it from all others. */
  long id() {
    return id;
  }

  int phases() {
    return phases;
  }

  /** Whether all that the first phase does is to lay out the weights in the workspace. */
  boolean laysOutWeights() {
    return phases == 2 && key.operation != Operation.BACKWARD_WEIGHTS;
  }

  /** Of each filter, or of each input channel for the gradient with respect to the input. */
  long outputs() {
    Shape out = key.operation == Operation.FORWARD ? key.y : key.x;
    return (long) out.n() * out.h() * out.w();
  }

  int pieces(int phase) {
    return pieces[phase];
  }

  long workspaceBytes() {
    return workspaceBytes;
  }

  long scratchBytes() {
    return scratchBytes;
  }

  /** What was chosen. */
  Conv2dAlgorithm algorithm() {
    int number = get(ALGORITHM);
    for (Conv2dAlgorithm algorithm : Conv2dAlgorithm.values()) {
      if (number(algorithm) == number) {
        return algorithm;
      }
    }
    throw new IllegalStateException("the C library chose algorithm " + number);
  }

  /** Algorithm, split, memory and the work that the definition asks for, in a line. */
  String describe() {
    StringBuilder text = new StringBuilder();
    text.append(key.operation.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    text.append(": ").append(algorithm()).append(", ");
    text.append(algorithm() == Conv2dAlgorithm.WINOGRAD ? describeTiles() : describePixels());
    text.append(
        "; scratch %d KiB a thread, workspace %d KiB"
            .formatted(kibibytes(scratchBytes), kibibytes(workspaceBytes)));
    if (laysOutWeights() && WeightsCache.isWorthwhile(weightsBytes(), outputs())) {
      text.append(", kept while weights stay the same");
    }
    text.append(
        "; by definition %.3f GFLOP on %.2f MB of tensors"
            .formatted(1e-9 * definedFlops(), 1e-6 * tensorBytes()));
    return text.toString();
  }

  /** Multiplications and additions of the definition, those with padding included. */
  private double definedFlops() {
    return 2.0 * key.y.elements() * filterElements();
  }

  /** What must be read or written at least: the tensors, once. */
  private double tensorBytes() {
    return (double) key.dtype.bytes() * (key.x.elements() + key.y.elements()) + weightsBytes();
  }

  private long weightsBytes() {
    return key.y.c() * filterElements() * key.dtype.bytes();
  }

  private long filterElements() {
    Window window = key.spec.window();
    return (long) key.x.c() / key.spec.groups() * window.kernelHeight() * window.kernelWidth();
  }

  private String describePixels() {
    StringBuilder text = new StringBuilder();
    text.append(pieces[0]).append(" pieces of ");
    text.append(
        "%d groups, %d channels, %d filters"
            .formatted(get(PIECE_GROUPS), get(PIECE_CHANNELS), get(PIECE_FILTERS)));
    text.append(get(IN_PLACE) == 1 ? " in place" : "");
    text.append(
        ", blocks of %d images, %d×%d pixels, %d channels"
            .formatted(get(BLOCK_IMAGES), get(BLOCK_ROWS), get(BLOCK_COLS), get(BLOCK_CHANNELS)));
    if (phases > 1) {
      text.append(
          ", then %d pieces that add up %d partial sums".formatted(pieces[1], get(PARTIALS)));
    }
    return text.toString();
  }

  private String describeTiles() {
    String blocks =
        "blocks of %d tiles, %d channels, %d filters"
            .formatted(get(BLOCK_TILES), get(BLOCK_CHANNELS), get(BLOCK_FILTERS));
    if (key.operation != Operation.BACKWARD_WEIGHTS) {
      return "%d pieces of weights to transform, then %d of outputs, %s"
          .formatted(pieces[0], pieces[1], blocks);
    }
    String sums =
        phases == 1
            ? ""
            : ", then %d that add up %d partial sums".formatted(pieces[1], get(PARTIALS));
    return "%d pieces, %s%s".formatted(pieces[0], blocks, sums);
  }

  private static long kibibytes(long bytes) {
    return (bytes + 1023) >> 10;
  }

  /**
   * The plans made lately for one engine's algorithm. Each has one place, by its hash, and gives
   * way to the next that wants it, so that there are never many and a hit allocates nothing.
   */
  static final class Cache {
    private static final int PLACES = 256;

    private final AtomicReferenceArray<Conv2dPlan> plans = new AtomicReferenceArray<>(PLACES);
    private final Conv2dAlgorithm algorithm;
    private final boolean precise;

    Cache(Conv2dAlgorithm algorithm, boolean precise) {
      this.algorithm = algorithm;
      this.precise = precise;
    }

    /**
     * The plan, made if need be.
     *
     * @throws IllegalArgumentException if the algorithm does not apply
     */
    Conv2dPlan get(Operation operation, DType dtype, int flags, Conv2dSpec spec, Shape x, Shape y) {
      int hash = ((spec.hashCode() * 31 + x.hashCode()) * 31 + y.hashCode()) * 31;
      hash += (operation.number * 2 + dtype.bytes()) * 31 + flags;
      int place = (hash ^ hash >>> 16) & PLACES - 1;
      Conv2dPlan plan = plans.getAcquire(place);
      if (plan == null || !plan.key.is(operation, dtype, flags, spec, x, y)) {
        plan = new Conv2dPlan(new Key(operation, dtype, flags, spec, x, y), algorithm, precise);
        plans.setRelease(place, plan);
      }
      return plan;
    }
  }
}
