package dev.convoy.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import org.junit.jupiter.api.Test;

class StrangersEngineTest {
  @Test
  void anEngineOfAnotherPackageIsFoundOnTheClassPath() {
    assertTrue(Engines.available().contains("plain"), Engines.available().toString());
  }

  @Test
  void itComputesForWhoeverAsksForItByName() {
    Engine engine = Engines.named("plain");
    Tensor x = Tensor.of(Shape.of(3), -1f, 2f, -3f);
    engine.relu(x, x);
    assertEquals("plain", engine.name());
    assertArrayEquals(new float[] {0, 2, 0}, x.toFloatArray());
  }
}
