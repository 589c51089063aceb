package dev.convoy.cli;

import static dev.convoy.cli.TrainCommandTest.assertError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.convoy.Engines;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompareCommandTest {
  static final String[] SMALL = {
    "compare", "--data", "embedded", "--limit", "256", "--epochs", "1", "--batch", "64"
  };

  @Test
  void enginesThatComputeTheSameAgree() {
    List<String> engines = Engines.available();
    assumeTrue(engines.size() > 1, "one engine: " + engines);
    Cli cli = Cli.run(SMALL);
    assertEquals(0, cli.code(), cli.err() + cli.out());
    for (String engine : engines) {
      assertTrue(cli.out().lines().anyMatch(line -> line.startsWith(engine + " ")), cli.out());
    }
    assertTrue(cli.out().contains("Without moody: " + MoodyEngineProvider.REASON), cli.out());
    assertTrue(cli.out().contains("The engines agree"), cli.out());
    assertEquals("", cli.err());
  }

  @Test
  void oneEngineIsAnError() {
    List<String> engines = Engines.available();
    assumeTrue(engines.size() == 1, "more than one engine: " + engines);
    assertError(Cli.run(SMALL), "must be two to be compared");
  }
}
