package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EnginesCommandTest {
  @Test
  void eachEngineIsAvailableWithDetailsOrNotWithAReason() {
    Cli cli = Cli.run("engines");
    assertEquals(0, cli.code(), cli.err());
    assertTrue(
        cli.out().startsWith("moody: not available: " + MoodyEngineProvider.REASON), cli.out());
    assertTrue(cli.out().lines().anyMatch(line -> line.equals("java: available")), cli.out());
    assertTrue(cli.out().lines().anyMatch(line -> line.matches("  threads: +\\d+")), cli.out());
    assertFalse(cli.out().contains("\tat "), cli.out());
  }

  @Test
  void verboseShowsWhereARefusalCameFrom() {
    Cli cli = Cli.run("engines", "--verbose");
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.out().contains("Caused by: java.lang.IllegalStateException: the mood"));
  }
}
