package dev.convoy.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final String BEFORE = "# Run progress: 27.27% complete, ETA 00:01:16\n# Fork: 1\n";

  @Test
  void anExceptionsMessageIsTheReason() {
    assertEquals(
        "there is no such layer",
        Progress.reason(
            BEFORE
                + "<failure>\n\njava.lang.IllegalArgumentException: there is no such layer\n\tat"));
  }

  @Test
  void ofACrashExitCodeAndSignalAreTold() {
    assertEquals(
        "the benchmark's process ended with exit code 134, by SIGSEGV",
        Progress.reason(
            BEFORE
                + "#\n#  SIGSEGV (0xb) at pc=0x00007f2c5e8f0958, pid=4948, tid=4965\n#\n"
                + "<forked VM failed with exit code 134>\n<stdout last='20 lines'>\n"));
  }

  @Test
  void whatSaysNothingIsSaidToSayNothing() {
    assertEquals("the benchmark's process ended without a word", Progress.reason(BEFORE));
  }
}
