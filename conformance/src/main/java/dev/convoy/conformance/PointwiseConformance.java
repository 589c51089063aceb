package dev.convoy.conformance;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** What an engine must answer for bias, ReLU and its gradient. */
public interface PointwiseConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> pointwiseOfEverySize() {
    return Suite.tests(this, PointwiseTable::sizes);
  }

  @TestFactory
  default Stream<DynamicNode> pointwiseOfSpecialValues() {
    return Suite.tests(this, PointwiseTable::specialValues);
  }
}
