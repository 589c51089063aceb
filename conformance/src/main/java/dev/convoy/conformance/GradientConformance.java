package dev.convoy.conformance;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Every gradient of an engine must be the slope of its own forward pass. */
public interface GradientConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> gradientsOfConvolutionsAreTheirSlopes() {
    return Suite.tests(this, ConvolutionGradients.all());
  }

  @TestFactory
  default Stream<DynamicNode> gradientsOfPoolingAreItsSlopes() {
    return Suite.tests(this, PoolingGradients.all());
  }
}
