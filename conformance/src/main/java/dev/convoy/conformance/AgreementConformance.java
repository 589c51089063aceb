package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** An engine must answer as every other engine does that is found and runs here. */
public interface AgreementConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> everyOtherEngineAgrees() {
    Engine engine = Engines.create(provider(), config());
    List<String> others =
        Engines.available().stream().filter(name -> !name.equals(engine.name())).toList();
    if (others.isEmpty()) {
      engine.close();
      return Stream.of(
          DynamicTest.dynamicTest(
              "no other engine runs here",
              () -> Assumptions.abort("no other engine is on the class path and runs here")));
    }
    return others.stream()
        .flatMap(name -> Arrays.stream(DType.values()).map(dtype -> container(engine, name, dtype)))
        .onClose(engine::close);
  }

  private static DynamicNode container(Engine engine, String other, DType dtype) {
    return DynamicContainer.dynamicContainer(
        other + " " + dtype,
        LargerCases.all(dtype)
            .map(
                each ->
                    DynamicTest.dynamicTest(
                        each.name(), () -> Agreement.agree(each, engine, Engines.named(other)))));
  }
}
