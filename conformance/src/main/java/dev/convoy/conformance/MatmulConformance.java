package dev.convoy.conformance;

import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** What an engine must answer for the matrix product. */
public interface MatmulConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> matmulOfEverySize() {
    return Suite.tests(this, MatmulTable::sizes);
  }

  @TestFactory
  default Stream<DynamicNode> matmulAtItsEdges() {
    return Suite.tests(this, MatmulTable::edges);
  }

  @TestFactory
  default Stream<DynamicNode> matmulOfNanAndInfinity() {
    return Suite.tests(this, MatmulTable::specialValues);
  }

  @Property(tries = 200, seed = RandomCases.SEED, edgeCases = EdgeCasesMode.NONE)
  default void matmulOfAnyAttributes(@ForAll(supplier = RandomCases.Matmul.class) Case each) {
    Suite.check(this, each);
  }
}
