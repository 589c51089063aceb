package dev.convoy.cli;

import dev.convoy.DType;
import dev.convoy.nn.Networks;
import dev.convoy.nn.Sequential;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convoy predict}. */
@Command(
    name = "predict",
    description = "Tells the class of images, with the network that 'train --out' saved.")
final class PredictCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "Folder with " + Model.FILE + ".")
  private Path folder;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "Engine to compute on (default: the fastest that runs here).")
  private String engineName;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "PNG images of 28x28 pixels. As in the data set, the thing is light and the background"
              + " black; colour is turned into gray.")
  private List<Path> files;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    byte[] pixels = new byte[files.size() * LabelledImages.PIXELS];
    for (int i = 0; i < files.size(); i++) {
      byte[] image = PngImage.read(files.get(i));
      if (isLightAround(image)) {
        command
            .getErr()
            .printf(
                "convoy: %s is light at its corners, where the data set's images are black; is it"
                    + " a negative?%n",
                files.get(i));
      }
      System.arraycopy(image, 0, pixels, i * image.length, image.length);
    }
    try (EngineChoice choice = EngineChoice.of(command, engineName, null)) {
      Sequential network = Networks.fashion(choice.engine(), 0, DType.F32);
      Model.read(folder.resolve(Model.FILE), network.parameters());
      print(command.getOut(), Probabilities.of(network, LabelledImages.scaled(pixels)));
    }
    return CommandLine.ExitCode.OK;
  }

  /** The commonest mistake, which only shows as wrong answers: dark things on white. */
  private static boolean isLightAround(byte[] image) {
    int side = LabelledImages.SIDE;
    int sum = 0;
    for (int corner : new int[] {0, side - 1, image.length - side, image.length - 1}) {
      sum += Byte.toUnsignedInt(image[corner]);
    }
    return sum / 4 > 127;
  }

  private void print(PrintWriter out, double[] probabilities) {
    int classes = FashionMnist.CLASSES.size();
    for (int i = 0; i < files.size(); i++) {
      int best = 0;
      for (int k = 1; k < classes; k++) {
        if (probabilities[i * classes + k] > probabilities[i * classes + best]) {
          best = k;
        }
      }
      out.printf(
          "%s: %s %.4f%n",
          files.get(i), FashionMnist.CLASSES.get(best), probabilities[i * classes + best]);
    }
  }
}
