package dev.convoy.engine.java;

/**
 * The vectors that a block is worked on in, listed for loops that need not begin anew for each line
 * or segment: those are short, and a loop of one round costs more to enter than to do.
 */
final class BlockVectors {
  private final PackColumns block;

  /** The vectors of the rows of the band that the lines begin in: where they lie, and go to. */
  int rowVectors;

  int[] rowFrom = new int[0];
  int[] rowTo = new int[0];

  /** The band from its first tap of a column to each of them, in elements. */
  int[] rowOffset = new int[0];

  /** The vectors of tiles, or of columns: the same. */
  int tileVectors;

  int[] tileFrom = new int[0];
  int[] tileTo = new int[0];

  /** {@link PackColumns#tapOffset} in rows of vectors, each of one element of so many channels. */
  int[] turnedOffset = new int[0];

  /** The lanes of each that the one before hasn't, as bits. */
  long[] tileKeep = new long[0];

  BlockVectors(PackColumns block) {
    this.block = block;
  }

  /**
   * Lists those of a block that is transformed. First those of the lines' rows of the band, and
   * then those of tiles, which are cut where panels end.
   *
   * @param taps rows of taps
   * @param panel columns of a panel
   * @param far from one panel to the next
   */
  void plan(int lanes, int taps, int panel, int far) {
    planRows(lanes, taps, 1);
    reserveTiles(
        block.segments * Math.ceilDiv(block.longest, lanes) + Math.ceilDiv(columns(), panel));
    for (int segment = 0; segment < block.segments; segment++) {
      int from = source(segment);
      int length = block.length[segment];
      for (int i = 0; i < length; ) {
        int at = block.column[segment] + i;
        list(from + i, at / panel * far + at % panel);
        i = Math.min(i + lanes, i + panel - at % panel);
      }
    }
  }

  /**
   * The same where a vector is one element of as many channels: those of a row, and the tiles, come
   * one by one.
   *
   * @param far from one tile to the next
   */
  void planTurned(int lanes, int taps, int far) {
    planRows(1, taps, lanes);
    reserveTiles(columns());
    for (int segment = 0; segment < block.segments; segment++) {
      int from = source(segment);
      for (int i = 0; i < block.length[segment]; i++) {
        list((from + i * block.outputStep) * lanes, (block.column[segment] + i) * far);
      }
    }
    int[] offset = block.tapOffset;
    if (turnedOffset.length < offset.length) {
      turnedOffset = new int[offset.length];
    }
    for (int tap = 0; tap < offset.length; tap++) {
      turnedOffset[tap] = offset[tap] * lanes;
    }
  }

  /**
   * Lists those of all segments, and the first several times if there are fewer than wanted. A
   * segment's last may run past its end, which the next puts right: so they, or the last of them,
   * are only to be written in order.
   */
  void planAtLeast(int wanted, int lanes) {
    int all = 0;
    for (int segment = 0; segment < block.segments; segment++) {
      all += Math.ceilDiv(block.length[segment], lanes);
    }
    reserveTiles(Math.max(all, wanted));
    for (int i = all; i < wanted && all > 0; i++) {
      list(block.source[0], block.column[0]);
    }
    for (int segment = 0; segment < block.segments; segment++) {
      for (int i = 0; i < block.length[segment]; i += lanes) {
        list(block.source[segment] + i, block.column[segment] + i);
      }
    }
  }

  /**
   * Lists those of all segments, which must be a vector long: each segment's last ends where it
   * does. What they are made of lies at {@link #tileFrom} in the band, and they are columns from
   * {@link #tileTo} on.
   */
  void planOverlapping(int lanes) {
    reserveTiles(block.segments * Math.ceilDiv(block.longest, lanes));
    if (tileKeep.length < tileFrom.length) {
      tileKeep = new long[tileFrom.length];
    }
    for (int segment = 0; segment < block.segments; segment++) {
      int length = block.length[segment];
      int last = length - lanes;
      for (int i = 0; i < length; i += lanes) {
        int at = Math.min(i, last);
        tileKeep[tileVectors] = -1L << (i - at);
        list(block.source[segment] + at, block.column[segment] + at);
      }
    }
  }

  /**
   * Lists the vectors of the lines' rows.
   *
   * @param step elements of a vector, in a row
   * @param apart from one element to the next
   */
  private void planRows(int step, int taps, int apart) {
    int length = block.slotLength();
    if (rowOffset.length < taps) {
      rowOffset = new int[taps];
    }
    for (int tap = 0; tap < taps; tap++) {
      rowOffset[tap] = tap * block.tapSlots * length * apart;
    }
    int most = block.lines * Math.ceilDiv(length, step);
    if (rowFrom.length < most) {
      rowFrom = new int[most];
      rowTo = new int[most];
    }
    rowVectors = 0;
    for (int line = 0; line < block.lines; line++) {
      for (int i = 0; i < length; i += step) {
        rowFrom[rowVectors] = (block.lineSlot[line] * length + i) * apart;
        rowTo[rowVectors++] = (line * length + i) * apart;
      }
    }
  }

  private void reserveTiles(int most) {
    tileVectors = 0;
    if (tileFrom.length < most) {
      tileFrom = new int[most];
      tileTo = new int[most];
    }
  }

  private void list(int from, int to) {
    tileFrom[tileVectors] = from;
    tileTo[tileVectors++] = to;
  }

  /** Columns of the block. */
  private int columns() {
    int last = block.segments - 1;
    return block.column[last] + block.length[last];
  }

  /** Where a segment begins in rows that are transformed, each line's one. */
  private int source(int segment) {
    int line = block.segmentLine[segment];
    return block.source[segment] + (line - block.lineSlot[line]) * block.slotLength();
  }
}
