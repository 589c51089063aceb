package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The sizes of a convolution as a matrix product and how it is cut into blocks and pieces. All of
 * it follows from the shapes alone, never from the number of threads. Made anew for each call, in
 * place: it is a few dozen integer operations.
 */
final class Conv2dBlocks {
  /** Operations that make a piece worth handing to a thread. */
  private static final long PIECE_OPERATIONS = 4_000_000;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  /** Elements of a band that still fits in L2 beside what is packed from it. */
  private static final int BAND = 64 * 1024;

  /** Elements that the band of one channel may have at most before blocks are made narrower. */
  private static final long MOST_BAND = 4 * 1024 * 1024;

  /** Filters and bytes of pixels of a block where outputs are made from the band. */
  private static final int DIRECT_FILTERS = 8;

  private static final int DIRECT_BYTES = 16 * 1024;

  DType dtype;
  int images;
  int groups;

  /** Input channels of a group: of {@code x} forward, of {@code dy} backward. */
  int channels;

  /** Output channels of a group. */
  int filters;

  /** Output channels and pixels of a block. */
  int blockRows;

  int blockColumns;
  int rowBlocks;
  int columnBlocks;

  /** Blocks of all phases and groups, and how many of them make a piece. */
  int units;

  int unitsPerPiece;
  int pieces;

  private Conv2dAxis[] rowPhases = {new Conv2dAxis()};
  private Conv2dAxis[] columnPhases = {new Conv2dAxis()};
  private int rowPhaseCount;
  private int columnPhaseCount;
  private int rowTaps;
  private int columnTaps;

  /** Whether outputs are made from the band, not from a column matrix. */
  private boolean direct;

  /** Whether the column matrix is the image itself: 1×1, stride 1, no padding. */
  private boolean pointwise;

  void forward(Conv2dSpec spec, Shape x, Shape y, DType type, boolean fromBand) {
    sizes(spec, x, y, type);
    direct = fromBand;
    Window window = spec.window();
    rowPhaseCount = 1;
    columnPhaseCount = 1;
    rowPhases[0].forward(
        x.h(),
        y.h(),
        window.kernelHeight(),
        window.strideHeight(),
        window.dilationHeight(),
        window.padTop());
    columnPhases[0].forward(
        x.w(),
        y.w(),
        window.kernelWidth(),
        window.strideWidth(),
        window.dilationWidth(),
        window.padLeft());
    rowTaps = window.kernelHeight();
    columnTaps = window.kernelWidth();
    cut();
  }

  void backwardInput(Conv2dSpec spec, Shape dx, Shape dy, DType type, boolean fromBand) {
    sizes(spec, dy, dx, type);
    direct = fromBand;
    Window window = spec.window();
    rowPhaseCount = Math.min(window.strideHeight(), dx.h());
    columnPhaseCount = Math.min(window.strideWidth(), dx.w());
    rowPhases = atLeast(rowPhaseCount, rowPhases);
    columnPhases = atLeast(columnPhaseCount, columnPhases);
    rowTaps = 0;
    for (int start = 0; start < rowPhaseCount; start++) {
      Conv2dAxis axis = rowPhases[start];
      axis.backward(
          start,
          dx.h(),
          dy.h(),
          window.kernelHeight(),
          window.strideHeight(),
          window.dilationHeight(),
          window.padTop());
      axis.tapsBefore = rowTaps;
      rowTaps += axis.taps;
    }
    columnTaps = 0;
    for (int start = 0; start < columnPhaseCount; start++) {
      Conv2dAxis axis = columnPhases[start];
      axis.backward(
          start,
          dx.w(),
          dy.w(),
          window.kernelWidth(),
          window.strideWidth(),
          window.dilationWidth(),
          window.padLeft());
      axis.tapsBefore = columnTaps;
      columnTaps += axis.taps;
    }
    cut();
  }

  private static Conv2dAxis[] atLeast(int count, Conv2dAxis[] phases) {
    if (phases.length >= count) {
      return phases;
    }
    Conv2dAxis[] more = Arrays.copyOf(phases, count);
    for (int i = phases.length; i < count; i++) {
      more[i] = new Conv2dAxis();
    }
    return more;
  }

  private void sizes(Conv2dSpec spec, Shape in, Shape out, DType type) {
    dtype = type;
    images = in.n();
    groups = spec.groups();
    channels = in.c() / groups;
    filters = out.c() / groups;
  }

  private void cut() {
    Conv2dAxis rows = rowPhases[0];
    Conv2dAxis columns = columnPhases[0];
    long plane = (long) rows.outputs * columns.outputs;
    pointwise =
        !direct
            && phases() == 1
            && rows.isIdentity()
            && columns.isIdentity()
            && plane <= Integer.MAX_VALUE;
    if (pointwise) {
      rows.identity(1);
      columns.identity((int) plane);
    }
    // The first phase has the most outputs.
    long pixels = images * plane;
    int tile = GemmPanels.tileColumns(dtype);
    int mostRows = direct ? DIRECT_FILTERS : GemmTile.MOST_ROWS;
    int rowBytes = direct ? DIRECT_BYTES : GemmTile.ROW_BYTES;
    long mostBand = direct ? BAND / channels : MOST_BAND;
    blockRows = GemmTile.evenly(filters, mostRows, direct ? 1 : panelRows());
    long columnBlocksWanted = Math.ceilDiv(pixels, (long) (rowBytes / dtype.bytes()));
    blockColumns = GemmTile.roundUp((int) Math.ceilDiv(pixels, columnBlocksWanted), tile);
    while (blockColumns > tile && bandLength(rows, columns) > mostBand) {
      blockColumns = GemmTile.roundUp(blockColumns / 2, tile);
    }
    long taps = Math.ceilDiv((long) rowTaps * columnTaps, (long) phases());
    while (count(pixels) < ENOUGH_PIECES && operations(taps) > PIECE_OPERATIONS) {
      if (blockColumns > 2 * tile) {
        blockColumns = GemmTile.roundUp(blockColumns / 2, tile);
      } else if (blockRows > 2 * panelRows()) {
        blockRows = GemmTile.roundUp(blockRows / 2, panelRows());
      } else {
        break;
      }
    }
    units = Math.toIntExact(count(pixels));
    rowBlocks = Math.ceilDiv(filters, blockRows);
    columnBlocks = (int) Math.ceilDiv(pixels, (long) blockColumns);
    long few = Math.max(1, PIECE_OPERATIONS / Math.max(1, operations(taps)));
    unitsPerPiece = (int) Math.min(few, Math.max(1, units / ENOUGH_PIECES));
    pieces = Math.ceilDiv(units, unitsPerPiece);
  }

  private long count(long pixels) {
    return (long) phases()
        * groups
        * Math.ceilDiv(filters, blockRows)
        * Math.ceilDiv(pixels, (long) blockColumns);
  }

  private long operations(long taps) {
    return 2L * blockRows * blockColumns * channels * taps;
  }

  /** About the elements of the band of one channel. */
  private long bandLength(Conv2dAxis rows, Conv2dAxis columns) {
    long segments = blockColumns / columns.outputs + 2L;
    long parts = blockColumns / ((long) rows.outputs * columns.outputs) + 2;
    int tapRows = direct ? rows.taps : tapRows(rows, columns);
    long slots = segments * rows.stride + parts * tapRows * rows.dilation;
    int outputs = Math.min(columns.outputs, blockColumns);
    long reach = outputs + (long) columns.taps * columns.dilation / columns.stride;
    long shared = reach * Math.min(columns.stride, columns.taps);
    return Math.min(slots, segments * tapRows) * Math.min(shared, (long) columns.taps * outputs);
  }

  /** Rows of one image's output that fit in L2, as does their band. */
  int directRows() {
    Conv2dAxis rows = rowPhases[0];
    Conv2dAxis columns = columnPhases[0];
    long width = (long) columns.outputs * Math.min(columns.stride, columns.taps) + columns.taps;
    long reach = (long) rows.taps * rows.dilation;
    int high = rows.outputs;
    long outputs = (long) columns.outputs * filters;
    while (high > 4
        && Math.max((high * (long) rows.stride + reach) * channels * width, high * outputs)
            > BAND) {
      high = GemmTile.roundUp(high / 2, 4);
    }
    return high;
  }

  int rowPhaseCount() {
    return rowPhaseCount;
  }

  /** Phases of both axes. */
  int phases() {
    return rowPhaseCount * columnPhaseCount;
  }

  Conv2dAxis rows(int phase) {
    return rowPhases[phase / columnPhaseCount];
  }

  Conv2dAxis columns(int phase) {
    return columnPhases[phase % columnPhaseCount];
  }

  /** The longest sum. */
  long depth() {
    return (long) channels * rowTaps * columnTaps;
  }

  /** Where the packed weights of an output channel begin: by phase, then channel. */
  int weightsIndex(int phase, int channelOut) {
    Conv2dAxis rows = rows(phase);
    Conv2dAxis columns = columns(phase);
    int before = rows.tapsBefore * columnTaps + rows.taps * columns.tapsBefore;
    int taps = rows.taps * columns.taps;
    return (groups * filters * before + channelOut * taps) * channels;
  }

  private int panelRows() {
    return GemmPanels.panelRows(dtype);
  }

  /** Panels of filters in a group. */
  int panels() {
    return Math.ceilDiv(filters, panelRows());
  }

  /** Elements from one panel of weights to the next. */
  int panelLength(int phase) {
    return channels * rows(phase).taps * columns(phase).taps * panelRows();
  }

  /** Elements of all panels of weights. */
  long panelsLength() {
    return depth() * groups * panels() * panelRows();
  }

  /** Where a panel of weights begins: by phase, then group, then panel. */
  int panelIndex(int phase, int group, int panel) {
    Conv2dAxis rows = rows(phase);
    int before = rows.tapsBefore * columnTaps + rows.taps * columns(phase).tapsBefore;
    return groups * panels() * before * channels * panelRows()
        + (group * panels() + panel) * panelLength(phase);
  }

  /** Rows of taps that are worked on at a time. */
  int tapRows(Conv2dAxis rows, Conv2dAxis columns) {
    return Math.min(rows.taps, Math.max(1, GemmTile.DEPTH / Math.max(1, columns.taps)));
  }

  /** Channels that are worked on at a time. */
  int channelsAtOnce(PackColumns block, Conv2dAxis rows, Conv2dAxis columns) {
    int taps = tapRows(rows, columns) * columns.taps;
    if (taps < rows.taps * columns.taps) {
      return 1; // so that the depth is a contiguous part of the packed weights
    }
    int most = Math.max(1, GemmTile.DEPTH / Math.max(1, taps));
    if (!pointwise) {
      most = (int) Math.clamp(BAND / Math.max(1, block.channelLength()), 1L, most);
    }
    return Math.ceilDiv(channels, Math.ceilDiv(channels, most));
  }

  /**
   * Packs rows of the column matrix.
   *
   * @param input with {@code groups * channels} channels
   * @param channel the first wanted, of all groups
   * @param some how many
   * @param tapRows rows of taps in the block's plan
   */
  void pack(
      GemmPanels panels,
      PackColumns block,
      int phase,
      MemorySegment input,
      int channel,
      int some,
      int tapRows,
      GemmPanels.Part part,
      int stride) {
    Conv2dAxis rows = rows(phase);
    Conv2dAxis columns = columns(phase);
    int taps = columns.taps;
    long plane = (long) rows.inputs * columns.inputs;
    long image = (long) groups * channels * plane;
    panels.reserve(part, (long) some * tapRows * taps * stride);
    if (pointwise) {
      for (int run = 0; run < block.runs; run++) {
        long at = block.runImage[run] * image + channel * plane + block.runPosition[run];
        panels.copy(
            input, at, plane, some, block.runLength[run], part, block.runColumn[run], stride);
      }
      return;
    }
    packBand(panels, block, phase, input, channel, some, tapRows);
    panels.columns(block, part, stride);
  }

  /** Packs the band of a block and finds its taps' places. */
  void packBand(
      GemmPanels panels,
      PackColumns block,
      int phase,
      MemorySegment input,
      int channel,
      int some,
      int tapRows) {
    Conv2dAxis rows = rows(phase);
    Conv2dAxis columns = columns(phase);
    long plane = (long) rows.inputs * columns.inputs;
    long image = (long) groups * channels * plane;
    panels.reserve(GemmPanels.Part.BAND, some * block.channelLength());
    panels.band(
        block, input, channel * plane, image, some, rows.inputs, columns.inputs, columns.stride);
    block.planPlaces(some, tapRows, columns.taps);
  }

  /** Blocks, pieces and memory, for people. */
  String describe() {
    if (direct) {
      return "%s, blocks of %d filters by %d pixels, %s"
          .formatted(
              Words.count(phases(), "phase"),
              blockRows,
              blockColumns,
              Words.count(pieces, "piece"));
    }
    int depth = (int) Math.min(depth(), GemmTile.DEPTH);
    int stride = GemmTile.stride(blockColumns, GemmPanels.tileColumns(dtype));
    long thread = ((long) (blockRows + depth) * stride + (pointwise ? 0 : BAND)) * dtype.bytes();
    return ("%s, blocks of %d filters by %d pixels by up to %d taps, %s, "
            + "%d KiB of scratch a thread and %d KiB of packed weights in %s")
        .formatted(
            Words.count(phases(), "phase"),
            blockRows,
            blockColumns,
            depth,
            Words.count(pieces, "piece"),
            thread / 1024,
            depth() * groups * filters * dtype.bytes() / 1024,
            dtype);
  }
}
