package dev.convoy.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.bench.rival.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(600)
class BenchCommandTest {
  @TempDir private Path folder;

  private record Outcome(int code, String out, String err) {}

  private static Outcome run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        BenchCommand.commandLine(args).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = BenchCommand.run(command, args);
    command.getOut().flush();
    command.getErr().flush();
    return new Outcome(code, out.toString(), err.toString());
  }

  private Path results(String name, String... times) throws IOException {
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < times.length; i++) {
      json.append(i == 0 ? "" : ",")
          .append(
              """
              {"benchmark": "dev.convoy.bench.Conv2dBenchmark.forward",
               "params": {"workload": "w%d", "engine": "java", "threads": "1", "dtype": "F32"},
               "primaryMetric": {"scoreUnit": "ms/op", "rawData": [[%s]]}}
              """
                  .formatted(i, times[i]));
    }
    return Files.writeString(folder.resolve(name), json.append("]"));
  }

  @Test
  void aRegressionBeyondTheSpreadIsExitCodeOne() throws IOException {
    Path old = results("old.json", "1.0, 1.1, 0.9, 1.0, 1.05", "4, 4.1, 4.2, 4, 4");
    Path slow = results("new.json", "1.5, 1.6, 1.4, 1.5, 1.55", "2, 2.1, 2.2, 2, 2");

    Outcome outcome = run("--compare", old.toString(), slow.toString());

    assertEquals(1, outcome.code(), outcome.err());
    assertTrue(outcome.out().contains("Slower: 1"), outcome.out());
    assertTrue(outcome.out().contains("Faster: 1"), outcome.out());
  }

  @Test
  void fasterIsNoRegression() throws IOException {
    Path old = results("old.json", "4, 4.1, 4.2, 4, 4");
    Path fast = results("new.json", "2, 2.1, 2.2, 2, 2");

    assertEquals(0, run("--compare", old.toString(), fast.toString()).code());
  }

  @Test
  void whatOverlapsOrIsSmallIsWithinTheSpread() throws IOException {
    Path old = results("old.json", "1.0, 1.9, 0.8, 1.0, 1.2", "10, 10, 10, 10, 10");
    Path next = results("new.json", "1.5, 0.9, 1.4, 1.1, 1.55", "10.3, 10.3, 10.3, 10.3, 10.3");

    Outcome outcome = run("--compare", old.toString(), next.toString());

    assertEquals(0, outcome.code(), outcome.out());
    assertTrue(outcome.out().contains("Within the spread: 2 of 2"), outcome.out());
  }

  @Test
  void aFileThatIsNoneOfJmhsIsAnErrorAndNoRegression() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "{}");

    Outcome wrong = run("--compare", file.toString(), file.toString());
    Outcome missing = run("--compare", folder.resolve("b.json").toString(), file.toString());

    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("is not JMH's JSON"), wrong.err());
    assertEquals(2, missing.code());
    assertTrue(missing.err().contains("is not there"), missing.err());
  }

  @Test
  void unknownNamesFailAtOnceWithTheKnownOnes() {
    Outcome engine = run("--engine", "jvaa");
    Outcome workload = run("--workload", "vgg-p9");

    assertEquals(2, engine.code());
    assertTrue(engine.err().contains("must be one of") && engine.err().contains("onednn"));
    assertEquals(2, workload.code());
    assertTrue(workload.err().contains("\"vgg-p9\"") && workload.err().contains("vgg-p1"));
    assertEquals(2, run("--threads", "0").code());
    assertEquals(2, run("--dtype", "f16").code());
  }

  @Test
  void aRunWithAMissingRivalMeasuresTheOthersAndSaysWhy() {
    System.setProperty(Backends.FOLDER_PROPERTY, folder.resolve("none").toString());
    Outcome outcome =
        run(
            "--quick",
            "--engine",
            "java,naive,nd4j",
            "--workload",
            "tiny-avgpool",
            "--out",
            folder.toString());
    System.clearProperty(Backends.FOLDER_PROPERTY);

    assertEquals(0, outcome.code(), outcome.err());
    assertTrue(outcome.out().contains("Without nd4j: nd4j is not in"), outcome.out());
    assertEquals(
        2,
        Sample.read(folder.resolve("results.json")).stream().filter(Sample::isOperation).count());
    assertTrue(Files.exists(folder.resolve("report.html")));
    assertTrue(Files.exists(folder.resolve("tables.md")));
  }
}
