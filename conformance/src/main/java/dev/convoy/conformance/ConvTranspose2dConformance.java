package dev.convoy.conformance;

import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** What an engine must answer for transposed convolution and its gradients. */
public interface ConvTranspose2dConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> convTranspose2dAsPyTorch() {
    return Suite.tests(this, Oracle::convTranspose2d);
  }

  @TestFactory
  default Stream<DynamicNode> convTranspose2dAtItsEdges() {
    return Suite.tests(this, ConvTranspose2dTable::edges);
  }

  @TestFactory
  default Stream<DynamicNode> convTranspose2dOfEveryWidth() {
    return Suite.tests(this, ConvTranspose2dTable::widths);
  }

  @Property(tries = 200, seed = RandomCases.SEED, edgeCases = EdgeCasesMode.NONE)
  default void convTranspose2dOfAnyAttributes(
      @ForAll(supplier = RandomCases.ConvTranspose2d.class) Case each) {
    Suite.check(this, each);
  }
}
