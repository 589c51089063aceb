package dev.convoy.conformance;

import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** What an engine must answer for average pooling and its gradient. */
public interface AvgPool2dConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> avgPool2dAsPyTorch() {
    return Suite.tests(this, Oracle::avgPool2d);
  }

  @TestFactory
  default Stream<DynamicNode> avgPool2dOfEveryGeometry() {
    return Suite.tests(this, AvgPool2dTable::geometries);
  }

  @TestFactory
  default Stream<DynamicNode> avgPool2dOfEveryWidth() {
    return Suite.tests(this, AvgPool2dTable::widths);
  }

  @TestFactory
  default Stream<DynamicNode> avgPool2dOfNanAndInfinity() {
    return Suite.tests(this, AvgPool2dTable::specialValues);
  }

  @Property(tries = 200, seed = RandomCases.SEED, edgeCases = EdgeCasesMode.NONE)
  default void avgPool2dOfAnyAttributes(@ForAll(supplier = RandomCases.AvgPool2d.class) Case each) {
    Suite.check(this, each);
  }
}
