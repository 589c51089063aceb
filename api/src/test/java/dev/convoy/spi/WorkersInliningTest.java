package dev.convoy.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What C2, HotSpot's optimising compiler, makes of callers of {@link Workers}. */
@Timeout(60)
class WorkersInliningTest {
  private static final Pattern DECISION =
      Pattern.compile("Workers\\$Apart::(\\w+) \\(\\d+ bytes\\)\\s+([a-z: ]+\\w)");

  /** If a job became part of its caller, a deep caller would slow its kernel down. */
  @Test
  void noJobIsCompiledIntoItsCaller() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-TieredCompilation",
                "-XX:-BackgroundCompilation",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:CompileCommand=PrintInlining," + Caller.class.getName() + "::call",
                "-cp",
                System.getProperty("java.class.path"),
                Caller.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    Set<String> decisions = new TreeSet<>();
    for (Matcher matcher = DECISION.matcher(output); matcher.find(); ) {
      decisions.add(matcher.group(1) + " " + matcher.group(2));
    }
    assertEquals(
        Set.of(
            "runAll failed to inline: exception method",
            "runLeft failed to inline: exception method"),
        decisions);
  }

  /** Calls often enough for all of it to be compiled, with one thread and with two. */
  static final class Caller {
    private static final int CALLS = 50_000;

    private Caller() {}

    public static void main(String[] arguments) {
      LongAdder pieces = new LongAdder();
      for (int threads = 1; threads <= 2; threads++) {
        try (Workers workers = new Workers("test", threads)) {
          for (int i = 0; i < CALLS; i++) {
            call(workers, piece -> pieces.increment());
          }
        }
      }
      if (pieces.sum() != 4 * CALLS) {
        throw new AssertionError(pieces);
      }
    }

    private static void call(Workers workers, Workers.Job job) {
      workers.run(2, job);
    }
  }
}
