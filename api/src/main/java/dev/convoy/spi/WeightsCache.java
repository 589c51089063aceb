package dev.convoy.spi;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Weights of convolutions in the form in which an algorithm multiplies them, kept from call to
 * call. For a single image laying them out takes longer than the products do, and inference would
 * do it with the same weights each time.
 *
 * <p>What is kept is never stale: each call compares the weights, bit by bit, with a copy of those
 * that the form was made of. Weights that are new, or of which some elements have changed since the
 * last call as training changes them, are left to the caller, so that neither costs memory.
 *
 * <p>Many callers at once are safe. Steady state allocates nothing.
 *
 * @param <M> memory that holds a form
 */
public final class WeightsCache<M> {
  /** How to lay out the weights of a call. */
  public interface Layout<M> {
    /** New memory for the form. */
    M allocate();

    /** Lays out the weights in it. */
    void fill(M memory);
  }

  private static final int PLACES = 256;

  /** Places where an entry may be. */
  private static final int WAYS = 4;

  /** Calls after which an entry that none of them asked for may go. */
  private static final int STALE = 4 * PLACES;

  /** Elements that tell at once whether weights are being trained. */
  private static final int SAMPLES = 16;

  /** Changes in a row after which memory is given back. */
  private static final int MOST_CHANGES = 64;

  /** Weights of fewer bytes are laid out as fast as they are compared. */
  private static final int LEAST_BYTES = 32 << 10;

  /** Outputs per filter above which the products take so long that little would be saved. */
  private static final int MOST_OUTPUTS = 16 << 10;

  private final Workers workers;
  private final long most;
  private final AtomicReferenceArray<Entry<M>> entries = new AtomicReferenceArray<>(PLACES);
  private final AtomicLong time = new AtomicLong();
  private long used; // guarded by this

  /**
   * Makes an empty cache.
   *
   * @param workers who compare weights
   * @param most bytes that forms and copies may take together, as {@link
   *     EngineConfig#weightsCacheBytes}
   */
  public WeightsCache(Workers workers, long most) {
    this.workers = Objects.requireNonNull(workers, "workers");
    this.most = most;
  }

  /**
   * The form of some weights, up to date; or null where the caller is to lay them out in memory of
   * its own: because they were not the same at the last call, do not fit, or are not worth it.
   *
   * @param weights which nobody changes during the call
   * @param kind tells layouts of the same weights apart
   * @param bytes of the form
   * @param outputs of each filter that the call computes
   */
  public M get(Tensor weights, long kind, long bytes, long outputs, Layout<M> layout) {
    long all = bytes + weights.segment().byteSize();
    if (all > most || !isWorthwhile(weights.segment().byteSize(), outputs)) {
      return null;
    }
    Entry<M> entry = find(weights, kind);
    if (entry == null) {
      return null;
    }
    // One caller at a time compares and, if need be, fills. As nobody may change the weights
    // meanwhile, others that use the form already see it stay as it is.
    synchronized (entry) {
      if (entry.sampleChanges(weights.segment())) {
        if (++entry.changes > MOST_CHANGES) {
          release(entry);
        }
        return null;
      }
      entry.changes = 0;
      if (entry.memory == null) {
        if (!admit(entry, all)) {
          return null;
        }
        entry.copy = Arena.ofAuto().allocate(weights.segment().byteSize(), Tensor.ALIGNMENT);
        entry.memory = layout.allocate(); // last: there is none if either fails
      }
      if (!entry.current || entry.differs(weights.segment(), workers)) {
        entry.current = false; // should filling fail
        layout.fill(entry.memory);
        MemorySegment.copy(weights.segment(), 0, entry.copy, 0, entry.copy.byteSize());
        entry.current = true;
      }
      return entry.memory;
    }
  }

  /**
   * Whether such weights are kept, if there is room.
   *
   * @param bytes of the weights
   * @param outputs of each filter that a call computes
   */
  public static boolean isWorthwhile(long bytes, long outputs) {
    return bytes >= LEAST_BYTES && outputs <= MOST_OUTPUTS;
  }

  /** The entry, or null if there was none: there is one now, unless all places are in use. */
  private Entry<M> find(Tensor weights, long kind) {
    long now = time.incrementAndGet();
    long mixed = (weights.segment().address() * 31 + kind) * 0x9E3779B97F4A7C15L;
    int first = (int) (mixed >>> 32);
    int oldest = -1;
    long least = now;
    for (int way = 0; way < WAYS; way++) {
      int place = first + way & PLACES - 1;
      Entry<M> entry = entries.get(place);
      if (entry != null && entry.is(weights, kind)) {
        entry.lastUse = now;
        return entry;
      }
      long use = entry == null ? Long.MIN_VALUE : entry.lastUse;
      if (use < least) {
        least = use;
        oldest = place;
      }
    }
    if (oldest >= 0 && (least < 0 || now - least > STALE)) {
      insert(oldest, new Entry<>(weights, kind, now));
    }
    return null;
  }

  private synchronized void insert(int place, Entry<M> entry) {
    drop(place);
    entry.place = place;
    entries.set(place, entry);
  }

  /** Makes room if need be and there are stale entries. */
  private synchronized boolean admit(Entry<M> entry, long bytes) {
    if (entries.get(entry.place) != entry) {
      return false; // it has had to go meanwhile
    }
    used -= entry.admitted; // of an attempt that found no memory
    entry.admitted = 0;
    for (int place = 0; place < PLACES && used + bytes > most; place++) {
      Entry<M> other = entries.get(place);
      if (other != null && entry.lastUse - other.lastUse > STALE) {
        drop(place);
      }
    }
    if (used + bytes > most) {
      return false;
    }
    used += bytes;
    entry.admitted = bytes;
    return true;
  }

  /** Called with the lock held. */
  private void drop(int place) {
    Entry<M> entry = entries.getAndSet(place, null);
    if (entry != null) {
      used -= entry.admitted;
      entry.admitted = 0;
    }
  }

  private synchronized void release(Entry<M> entry) {
    used -= entry.admitted;
    entry.admitted = 0;
    entry.memory = null;
    entry.copy = null;
    entry.current = false;
  }

  /** Some weights in one form. Its lock guards all but what is said of. */
  private static final class Entry<M> implements Workers.Job {
    private static final long PIECE = 256 << 10;

    private final long address;
    private final Shape shape;
    private final DType dtype;
    private final long kind;
    private final int[] sample = new int[SAMPLES];
    private volatile long lastUse;
    private int place; // guarded by the cache's
    private long admitted; // so is this
    private int changes;
    private boolean current;
    private M memory;
    private MemorySegment copy;

    // The comparison under way.
    private MemorySegment compared;
    private volatile boolean differs;

    Entry(Tensor weights, long kind, long now) {
      address = weights.segment().address();
      shape = weights.shape();
      dtype = weights.dtype();
      this.kind = kind;
      lastUse = now;
      sampleChanges(weights.segment());
    }

    boolean is(Tensor weights, long kind) {
      return address == weights.segment().address()
          && this.kind == kind
          && dtype == weights.dtype()
          && shape.equals(weights.shape());
    }

    /** Takes a new sample; whether it is another than the last. */
    boolean sampleChanges(MemorySegment weights) {
      boolean changes = false;
      long last = weights.byteSize() / Integer.BYTES - 1;
      for (int i = 0; i < SAMPLES; i++) {
        int element = weights.getAtIndex(ValueLayout.JAVA_INT, i * last / (SAMPLES - 1));
        changes |= sample[i] != element;
        sample[i] = element;
      }
      return changes;
    }

    boolean differs(MemorySegment weights, Workers workers) {
      compared = weights;
      differs = false;
      try {
        workers.run(Math.toIntExact(Math.ceilDiv(weights.byteSize(), PIECE)), this);
      } finally {
        compared = null;
      }
      return differs;
    }

    @Override
    public void run(int piece) {
      long from = piece * PIECE;
      long to = Math.min(from + PIECE, copy.byteSize());
      if (!differs && MemorySegment.mismatch(compared, from, to, copy, from, to) >= 0) {
        differs = true;
      }
    }
  }
}
