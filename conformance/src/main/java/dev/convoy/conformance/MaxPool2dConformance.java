package dev.convoy.conformance;

import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** What an engine must answer for max pooling and its gradient. */
public interface MaxPool2dConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> maxPool2dAsNumpyAndPyTorch() {
    return Suite.tests(this, Oracle::maxPool2d);
  }

  @TestFactory
  default Stream<DynamicNode> maxPool2dOfEveryGeometry() {
    return Suite.tests(this, MaxPool2dTable::geometries);
  }

  @TestFactory
  default Stream<DynamicNode> maxPool2dOfEveryWidth() {
    return Suite.tests(this, MaxPool2dTable::widths);
  }

  @TestFactory
  default Stream<DynamicNode> maxPool2dWithNanAtEveryPlace() {
    return Suite.tests(this, MaxPool2dTable::nans);
  }

  @TestFactory
  default Stream<DynamicNode> maxPool2dOfSpecialValues() {
    return Suite.tests(this, MaxPool2dTable::specialValues);
  }

  @TestFactory
  default Stream<DynamicNode> maxPool2dAsTheNumpyOriginal() {
    return Suite.tests(this, NumpyCase::all);
  }

  @Property(tries = 200, seed = RandomCases.SEED, edgeCases = EdgeCasesMode.NONE)
  default void maxPool2dOfAnyAttributes(@ForAll(supplier = RandomCases.MaxPool2d.class) Case each) {
    Suite.check(this, each);
  }
}
