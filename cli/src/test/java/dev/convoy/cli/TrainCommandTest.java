package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  @TempDir private static Path shared;
  private static Path saved;
  private static Cli run;

  @TempDir private Path folder;

  @BeforeAll
  static void train() {
    saved = shared.resolve("saved");
    run =
        Cli.run(
            "train",
            "--data",
            "embedded",
            "--limit",
            "1600",
            "--epochs",
            "2",
            "--batch",
            "64",
            "--out",
            saved.toString());
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void theNetworkLearns() throws IOException {
    JsonNode epochs = metrics(saved).get("epochs");
    double first = epochs.get(0).get("loss").doubleValue();
    double last = epochs.get(1).get("loss").doubleValue();
    assertTrue(last < first && first < Math.log(10), first + ", then " + last);
    double accuracy = epochs.get(1).get("testAccuracy").doubleValue();
    assertTrue(accuracy > 0.65, "accuracy " + accuracy);
  }

  @Test
  void whatItDoesIsPrinted() {
    List<String> lines = run.out().lines().toList();
    assertTrue(
        lines
            .getFirst()
            .matches("Engine: (native|java), the fastest that runs here; threads: \\d+"));
    assertTrue(lines.contains("  not moody: " + MoodyEngineProvider.REASON), run.out());
    assertTrue(
        lines.contains("Data: Fashion-MNIST, embedded part: 1,600 training and 1,600 test images"),
        run.out());
    assertTrue(
        lines
            .getLast()
            .matches("Epoch 2/2: loss \\d\\.\\d{4}, test accuracy 0\\.\\d{4}, [\\d,]+ images/s"),
        run.out());
    assertEquals("", run.err());
  }

  @Test
  void outsideATerminalThereAreNoControlCharacters() {
    assertTrue(run.out().chars().allMatch(c -> c == '\n' || c >= ' '), run.out());
  }

  @Test
  void metricsHaveTheDocumentedFieldsAndNoOthers() throws IOException {
    JsonNode metrics = metrics(saved);
    assertEquals(List.of("engine", "threads", "dataset", "epochs"), fields(metrics));
    assertTrue(metrics.get("engine").isTextual());
    assertTrue(metrics.get("threads").isInt());
    assertEquals("Fashion-MNIST, embedded part", metrics.get("dataset").textValue());
    assertEquals(2, metrics.get("epochs").size());
    for (JsonNode epoch : metrics.get("epochs")) {
      assertEquals(List.of("loss", "testAccuracy", "imagesPerSecond"), fields(epoch));
      assertTrue(epoch.get("imagesPerSecond").doubleValue() > 0);
    }
  }

  @Test
  void theModelHasPyTorchsNamesAndShapes() {
    Map<String, String> shapes = new LinkedHashMap<>();
    Safetensors.read(saved.resolve(Model.FILE))
        .forEach((name, tensor) -> shapes.put(name, tensor.dtype() + " " + tensor.shape()));
    assertEquals(
        Map.of(
            "conv1.weight", "F32 [32, 1, 5, 5]",
            "conv1.bias", "F32 [32]",
            "conv2.weight", "F32 [64, 32, 5, 5]",
            "conv2.bias", "F32 [64]",
            "fc1.weight", "F32 [1024, 3136]",
            "fc1.bias", "F32 [1024]",
            "fc2.weight", "F32 [10, 1024]",
            "fc2.bias", "F32 [10]"),
        shapes);
  }

  @Test
  void theSavedModelPredictsWhatTheTestImagesAre() throws IOException {
    int images = 150; // more than one batch
    LabelledImages test = FashionMnist.load(FashionMnist.EMBEDDED).test().limit(images);
    List<String> args = new ArrayList<>(List.of("predict", "--model", saved.toString()));
    for (int i = 0; i < images; i++) {
      args.add(png(test, i).toString());
    }
    Cli predict = Cli.run(args.toArray(String[]::new));
    assertEquals(0, predict.code(), predict.err());
    List<String> lines = predict.out().lines().toList();
    assertEquals(images, lines.size());
    int right = 0;
    for (int i = 0; i < images; i++) {
      String start = args.get(i + 3) + ": ";
      assertTrue(lines.get(i).startsWith(start), lines.get(i));
      assertTrue(lines.get(i).matches(".* [01]\\.\\d{4}"), lines.get(i));
      if (lines.get(i).startsWith(start + FashionMnist.CLASSES.get(test.labels()[i]) + " ")) {
        right++;
      }
    }
    assertTrue(right > 0.6 * images, right + " right of " + images);
  }

  private Path png(LabelledImages images, int index) throws IOException {
    float[] values = images.images().slice(index, index + 1).toFloatArray();
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < values.length; i++) {
      image.getRaster().setSample(i % 28, i / 28, 0, Math.round(values[i] * 255));
    }
    Path file = folder.resolve(index + ".png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void theSameSeedGivesTheSameBitsWithAnyNumberOfThreads() throws IOException {
    byte[] one = trained("one", "--seed", "7", "--threads", "1");
    assertEquals(-1, Arrays.mismatch(one, trained("two", "--seed", "7", "--threads", "3")));
    assertFalse(Arrays.equals(one, trained("other", "--seed", "8")));
  }

  private byte[] trained(String name, String... options) throws IOException {
    List<String> args = new ArrayList<>(List.of("train", "--data", "embedded"));
    args.addAll(List.of("--limit", "200", "--epochs", "1", "--batch", "64"));
    args.addAll(List.of("--out", folder.resolve(name).toString()));
    args.addAll(List.of(options));
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertEquals(0, cli.code(), cli.err());
    return Files.readAllBytes(folder.resolve(name).resolve(Model.FILE));
  }

  @Test
  void divergenceIsAnErrorAndLeavesTheOldModel() throws IOException {
    Files.writeString(folder.resolve(Model.FILE), "old");
    Cli cli =
        Cli.run(
            "train",
            "--data",
            "embedded",
            "--limit",
            "640",
            "--lr",
            "1e30",
            "--out",
            folder.toString());
    assertError(cli, "the training has diverged, its loss is ");
    assertEquals("old", Files.readString(folder.resolve(Model.FILE)));
    assertEquals(Set.of(Model.FILE), OutputTest.names(folder));
  }

  @Test
  void withoutOutNothingIsSavedAndThatIsSaid() {
    Cli cli = Cli.run("train", "--data", "embedded", "--limit", "20", "--epochs", "1");
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.out().contains("Not saved"), cli.out());
  }

  @Test
  void anEngineThatDoesNotRunIsAnErrorWithItsReason() {
    Cli cli = Cli.run("train", "--engine", "moody");
    assertError(cli, MoodyEngineProvider.REASON);
    assertFalse(cli.err().contains("\tat "), cli.err());
  }

  @Test
  void verboseShowsWhereAnErrorCameFrom() {
    Cli cli = Cli.run("train", "--engine", "moody", "--verbose");
    assertEquals(1, cli.code());
    assertTrue(cli.err().startsWith("convoy: " + MoodyEngineProvider.REASON), cli.err());
    assertTrue(cli.err().contains("\tat dev.convoy.cli."), cli.err());
    assertTrue(cli.err().contains("Caused by: java.lang.IllegalStateException: the mood"));
  }

  @Test
  void missingDataIsAnErrorAndNotReplacedByOthers() {
    assertError(
        Cli.run("train", "--data", folder.resolve("nowhere").toString()),
        "--data is " + folder.resolve("nowhere") + ", must be a folder");
  }

  @Test
  void anOutputFolderThatCannotBeIsAnErrorBeforeTraining() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Cli cli = Cli.run("train", "--data", "embedded", "--out", file.toString());
    assertError(cli, "--out is " + file + ", must be a folder to write to");
    assertFalse(cli.out().contains("Epoch"), cli.out());
  }

  static void assertError(Cli cli, String part) {
    assertEquals(1, cli.code(), cli.out());
    assertTrue(cli.err().startsWith("convoy: "), cli.err());
    assertTrue(cli.err().contains(part), cli.err());
    assertEquals(1, cli.err().lines().count(), cli.err());
  }

  private static JsonNode metrics(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(Output.METRICS).toFile());
  }

  private static List<String> fields(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
