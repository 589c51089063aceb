package dev.convoy.conformance;

import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** What an engine must answer for convolution and its gradients. */
public interface Conv2dConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> conv2dAsPyTorch() {
    return Suite.tests(this, Oracle::conv2d);
  }

  @TestFactory
  default Stream<DynamicNode> conv2dAtItsEdges() {
    return Suite.tests(this, Conv2dTable::edges);
  }

  @TestFactory
  default Stream<DynamicNode> conv2dOfEveryWidth() {
    return Suite.tests(this, Conv2dTable::widths);
  }

  @TestFactory
  default Stream<DynamicNode> conv2dOfEveryNumberOfChannels() {
    return Suite.tests(this, Conv2dTable::channels);
  }

  @TestFactory
  default Stream<DynamicNode> conv2dOfNanAndInfinity() {
    return Suite.tests(this, Conv2dTable::specialValues);
  }

  @Property(tries = 200, seed = RandomCases.SEED, edgeCases = EdgeCasesMode.NONE)
  default void conv2dOfAnyAttributes(@ForAll(supplier = RandomCases.Conv2d.class) Case each) {
    Suite.check(this, each);
  }
}
