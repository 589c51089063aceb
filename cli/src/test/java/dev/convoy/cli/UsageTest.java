package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  @Test
  void helpNamesEveryCommandAndTheExitCodes() {
    Cli help = Cli.run("--help");
    assertEquals(0, help.code());
    for (String part :
        new String[] {"train", "predict", "compare", "engines", "bench", "test", "Exit code"}) {
      assertTrue(help.out().contains(part), part);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "predict", "compare", "engines"})
  void everyCommandHasHelp(String command) {
    Cli help = Cli.run(command, "--help");
    assertEquals(0, help.code());
    assertTrue(help.out().startsWith("Usage: convoy " + command), help.out());
  }

  @Test
  void versionIsPrinted() {
    Cli version = Cli.run("--version");
    assertEquals(0, version.code());
    assertTrue(version.out().startsWith("convoy "), version.out());
  }

  @Test
  void noCommandIsAUsageError() {
    assertUsageError("no command was given");
  }

  @Test
  void anUnknownCommandIsAUsageErrorThatListsTheKnown() {
    assertUsageError(
        "the command is 'fly', must be one of [train, predict, compare, engines]", "fly");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--epochs; 0; '0', must be a whole number from 1 to",
        "--epochs; -1; '-1', must be a whole number from 1 to",
        "--epochs; many; 'many', must be a whole number from 1 to",
        "--batch; 0; '0', must be a whole number from 1 to 8192",
        "--batch; 99999999999999999999; must be a whole number from 1 to 8192",
        "--threads; 1025; '1025', must be a whole number from 1 to 1024",
        "--limit; 1.5; '1.5', must be a whole number from 1 to",
        "--seed; x; 'x', must be a whole number of at most 64 bits",
        "--lr; 0; '0', must be a number greater than 0",
        "--lr; NaN; 'NaN', must be a number greater than 0",
        "--lr; Infinity; 'Infinity', must be a number greater than 0",
        "--lr; fast; 'fast', must be a number greater than 0",
      })
  void aWrongNumberIsAUsageErrorThatSaysWhatItMustBe(String option, String value, String message) {
    assertUsageError(message, "train", option, value);
    assertUsageError("'" + option + "'", "train", option, value);
  }

  @Test
  void anUnknownEngineIsAUsageErrorThatListsTheKnown() {
    assertUsageError("'--engine': 'warp', must be one of [moody, ", "train", "--engine", "warp");
    assertUsageError("java]", "train", "--engine", "warp");
  }

  @Test
  void predictWithoutModelOrImageIsAUsageError() {
    assertUsageError("'--model=DIR'", "predict", "x.png");
    assertUsageError("'IMAGE'", "predict", "--model", "x");
  }

  private static void assertUsageError(String part, String... args) {
    Cli run = Cli.run(args);
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().startsWith("convoy: "), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertEquals(2, run.err().lines().count(), run.err()); // the error, and where help is
    assertEquals("", run.out());
  }
}
