package dev.convoy.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeightsCacheTest {
  private static final Shape SHAPE = Shape.of(640, 64, 3, 3);
  private static final long BYTES = SHAPE.elements() * Float.BYTES;
  private static final int CALLS_UNTIL_STALE = 1100;

  private final Workers workers = new Workers("test", 2);
  private final WeightsCache<float[]> cache = new WeightsCache<>(workers, 5 * BYTES);
  private final Tensor weights = Tensor.zeros(SHAPE, DType.F32);
  private final Form form = new Form(weights);

  @AfterEach
  void close() {
    workers.close();
  }

  /** A copy. */
  private static final class Form implements WeightsCache.Layout<float[]> {
    private final Tensor from;
    private final AtomicInteger fills = new AtomicInteger();
    private RuntimeException failure;
    private OutOfMemoryError noMemory;

    Form(Tensor from) {
      this.from = from;
    }

    @Override
    public float[] allocate() {
      if (noMemory != null) {
        throw noMemory;
      }
      return new float[(int) from.shape().elements()];
    }

    @Override
    public void fill(float[] memory) {
      fills.incrementAndGet();
      if (failure != null) {
        throw failure;
      }
      from.copyTo(memory);
    }
  }

  private float[] get() {
    return cache.get(weights, 0, BYTES, 1, form);
  }

  private float[] get(Tensor other, long kind) {
    return cache.get(other, kind, BYTES, 1, new Form(other));
  }

  private static void set(Tensor tensor, long element, float value) {
    tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, element, value);
  }

  @Test
  void keepsWhatStaysTheSame() {
    assertNull(get(), "never seen before");
    float[] kept = get();
    assertNotNull(kept);
    for (int call = 0; call < 5; call++) {
      assertSame(kept, get());
    }
    assertEquals(1, form.fills.get());
  }

  @Test
  void noticesAnyElementThatChanges() {
    get();
    get();
    float value = 0;
    long elements = SHAPE.elements();
    for (long element : new long[] {1, 7, elements / 3, elements / 2 + 5, elements - 2}) {
      set(weights, element, ++value);
      int fills = form.fills.get();
      float[] kept = get();
      if (kept == null) { // it was one of those looked at first
        kept = get();
      }
      assertEquals(fills + 1, form.fills.get(), "element " + element);
      assertEquals(value, kept[(int) element]);
    }
  }

  @Test
  void tellsZerosAndNansApartByTheirBits() {
    get();
    assertEquals(0f, get()[1]);
    set(weights, 1, -0f);
    assertEquals(Float.floatToIntBits(-0f), Float.floatToIntBits(get()[1]));
    int quiet = 0x7fc00123;
    set(weights, 1, Float.intBitsToFloat(quiet));
    assertEquals(quiet, Float.floatToRawIntBits(get()[1]));
    int calls = form.fills.get();
    get();
    assertEquals(calls, form.fills.get(), "the same NaN is no change");
  }

  @Test
  void leavesTrainedWeightsToTheCaller() {
    for (int step = 1; step < 200; step++) {
      weights.fill(step);
      assertNull(get());
    }
    assertEquals(0, form.fills.get());
  }

  @Test
  void keepsItsMemoryThroughSomeChangesAndGivesItBackAfterMany() {
    get();
    float[] kept = get();
    weights.fill(1);
    assertNull(get());
    assertSame(kept, get());
    assertEquals(1f, kept[5]);
    for (int step = 2; step < 100; step++) {
      weights.fill(step);
      assertNull(get());
    }
    assertNotSame(kept, get());
    assertEquals(99f, get()[5]);
  }

  @Test
  void tellsLayoutsShapesAndTensorsApart() {
    float[] kept = kept(weights, 0);
    assertNotSame(kept, kept(weights, 1));
    cacheIsFullFor(Tensor.zeros(SHAPE, DType.F32));
    assertSame(kept, get());
  }

  @Test
  void aShapeOfTheSameMemoryIsAnother() {
    float[] kept = kept(weights, 0);
    assertNotSame(kept, kept(weights.reshape(Shape.of(64, 640, 3, 3)), 0));
  }

  private float[] kept(Tensor other, long kind) {
    get(other, kind);
    float[] kept = get(other, kind);
    assertNotNull(kept);
    return kept;
  }

  private void cacheIsFullFor(Tensor other) {
    for (int call = 0; call < 5; call++) {
      assertNull(get(other, 0));
    }
  }

  @Test
  void whatIsNoLongerUsedMakesRoom() {
    kept(weights, 0);
    kept(weights, 1);
    Tensor other = Tensor.zeros(SHAPE, DType.F32);
    cacheIsFullFor(other);
    for (int call = 0; call < CALLS_UNTIL_STALE; call++) {
      get(weights, 0);
    }
    assertNotNull(get(other, 0));
    assertNotNull(get(weights, 0));
    assertNull(get(weights, 1), "it had to go");
  }

  @Test
  void leavesToTheCallerWhatIsNotWorthIt() {
    Tensor few = Tensor.zeros(Shape.of(8, 8, 3, 3), DType.F32);
    for (int call = 0; call < 5; call++) {
      assertNull(get(few, 0), "few weights");
      assertNull(cache.get(weights, 2, BYTES, 1 << 20, form), "many outputs");
      assertNull(cache.get(weights, 3, 5 * BYTES, 1, form), "a form larger than the cache");
    }
    WeightsCache<float[]> none = new WeightsCache<>(workers, 0);
    for (int call = 0; call < 5; call++) {
      assertNull(none.get(weights, 0, BYTES, 1, form), "no cache");
    }
  }

  @Test
  void aFormThatFailedIsMadeAgain() {
    get();
    get();
    form.failure = new IllegalStateException("out of luck");
    set(weights, 1, 1);
    assertSame(form.failure, assertThrows(IllegalStateException.class, this::get));
    set(weights, 1, 0); // as it was when the form was last whole
    form.failure = null;
    int fills = form.fills.get();
    get();
    assertEquals(fills + 1, form.fills.get());
  }

  @Test
  void aFormWithoutMemoryIsMadeWhenThereIsSome() {
    get();
    form.noMemory = new OutOfMemoryError("for a while");
    for (int call = 0; call < 5; call++) {
      assertSame(form.noMemory, assertThrows(OutOfMemoryError.class, this::get));
    }
    form.noMemory = null;
    assertNotNull(get());
    kept(weights, 1); // there is room for two: the first is counted once
  }

  @Test
  void callersAtOnceShareAForm() throws Exception {
    get();
    List<Future<float[]>> forms = new ArrayList<>();
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      for (int caller = 0; caller < 200; caller++) {
        forms.add(callers.submit(() -> get()));
      }
    }
    float[] kept = get();
    for (Future<float[]> each : forms) {
      assertSame(kept, each.get());
    }
    assertEquals(1, form.fills.get());
  }
}
