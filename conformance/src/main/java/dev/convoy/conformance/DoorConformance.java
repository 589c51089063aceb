package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What comes in must be right, wherever in memory it lies, or be refused by name. */
public interface DoorConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> badArgumentsAreRefused() {
    return Suite.tests(
        this,
        Stream.of(
                ShapeRefusals.shapes(),
                ShapeRefusals.types(),
                MemoryRefusals.memory(),
                WindowRefusals.windows(),
                WindowRefusals.others())
            .flatMap(tests -> tests));
  }

  @TestFactory
  default Stream<DynamicNode> viewsAreReadAndWrittenInPlace() {
    return Suite.tests(this, Views.all());
  }

  @Test
  default void aClosedEngineRefusesCalls() {
    Engine engine = Engines.create(provider(), config());
    Tensor x = Tensor.zeros(Shape.of(2, 3), DType.F32);
    engine.relu(x, x);
    engine.close();
    engine.close();
    Assertions.assertThrows(IllegalStateException.class, () -> engine.relu(x, x));
  }

  @Test
  default void anEngineSaysWhatItIs() {
    try (Engine engine = Engines.create(provider(), config())) {
      Assertions.assertEquals(provider().name(), engine.name());
      Assertions.assertTrue(engine.name().matches("[a-z0-9-]+"), engine.name());
      Assertions.assertFalse(engine.details().isEmpty(), "details() must tell something");
    }
  }
}
