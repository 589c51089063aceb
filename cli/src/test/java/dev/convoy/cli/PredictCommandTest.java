package dev.convoy.cli;

import static dev.convoy.cli.TrainCommandTest.assertError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
  @TempDir private Path folder;
  private Path image;

  /** Of a network that says Bag to everything. */
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  @BeforeEach
  void makeModelAndImage() throws IOException {
    image = folder.resolve("image.png");
    ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", image.toFile());
    put("fc2.bias", 10);
    tensors.get("fc2.bias").copyFrom(new float[] {0, 0, 0, 0, 0, 0, 0, 0, 3, 0});
    put("fc2.weight", 10, 1024);
    put("fc1.bias", 1024);
    put("fc1.weight", 1024, 3136);
    put("conv2.bias", 64);
    put("conv2.weight", 64, 32, 5, 5);
    put("conv1.bias", 32);
    put("conv1.weight", 32, 1, 5, 5);
  }

  private void put(String name, int... dims) {
    tensors.put(name, Tensor.zeros(Shape.of(dims), DType.F32));
  }

  private Cli predict(Path... images) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve(Model.FILE))) {
      Safetensors.write(out, tensors);
    }
    return run(images);
  }

  private Cli run(Path... images) {
    String[] args = new String[images.length + 3];
    args[0] = "predict";
    args[1] = "--model";
    args[2] = folder.toString();
    for (int i = 0; i < images.length; i++) {
      args[i + 3] = images[i].toString();
    }
    return Cli.run(args);
  }

  @Test
  void namesTheClassAndItsProbabilityWhateverTheOrderOfTheTensors() throws IOException {
    Cli cli = predict(image, image);
    assertEquals(0, cli.code(), cli.err());
    String line = "%s: Bag %.4f%n".formatted(image, Math.exp(3) / (Math.exp(3) + 9));
    assertEquals(line + line, cli.out());
  }

  @Test
  void aLightBackgroundIsPointedOut() throws IOException {
    BufferedImage white = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    white.createGraphics().fillRect(0, 0, 28, 28);
    Path negative = folder.resolve("white.png");
    ImageIO.write(white, "png", negative.toFile());
    Cli cli = predict(image, negative);
    assertEquals(0, cli.code(), cli.err());
    assertEquals(1, cli.err().lines().count(), cli.err());
    assertTrue(cli.err().startsWith("convoy: " + negative + " is light at its corners"), cli.err());
  }

  @Test
  void aMissingTensorIsAnErrorThatNamesIt() throws IOException {
    tensors.remove("fc2.weight");
    assertError(predict(image), "has no tensor fc2.weight");
  }

  @Test
  void aTensorTooManyIsAnErrorThatNamesIt() throws IOException {
    put("fc3.weight", 1);
    assertError(predict(image), "has [fc3.weight] beside this network's tensors");
  }

  @Test
  void aTensorOfAnotherShapeIsAnErrorThatShowsBoth() throws IOException {
    put("conv1.weight", 32, 1, 3, 3);
    assertError(
        predict(image), "tensor conv1.weight is F32 [32, 1, 3, 3], must be F32 [32, 1, 5, 5]");
  }

  @Test
  void aTensorOfAnotherTypeIsAnErrorThatShowsBoth() throws IOException {
    tensors.put("conv1.bias", Tensor.zeros(Shape.of(32), DType.F64));
    assertError(predict(image), "tensor conv1.bias is F64 [32], must be F32 [32]");
  }

  @Test
  void aMissingModelIsAnError() {
    assertError(run(image), "cannot read " + folder.resolve(Model.FILE) + ": no such file");
  }

  @Test
  void aMissingImageIsAnErrorAndNothingIsPrinted() throws IOException {
    Cli cli = predict(image, folder.resolve("no.png"));
    assertError(cli, "cannot read " + folder.resolve("no.png") + ": no such file");
    assertEquals("", cli.out());
  }

  @Test
  void anImageOfAnotherSizeIsAnError() throws IOException {
    Path large = folder.resolve("large.png");
    ImageIO.write(new BufferedImage(56, 28, BufferedImage.TYPE_INT_RGB), "png", large.toFile());
    assertError(predict(large), large + " is 56x28 pixels, must be 28x28");
  }
}
