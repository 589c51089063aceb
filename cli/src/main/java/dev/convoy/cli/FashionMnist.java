package dev.convoy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The Fashion-MNIST data set: Zalando's articles, white on black, 28×28 pixels, in ten classes.
 *
 * <p>The embedded part is the first 10,000 training and 2,000 test images, cut from the original
 * files by {@code src/data/cut-fashion-mnist.sh}.
 *
 * @see <a href="https://arxiv.org/abs/1708.07747">Xiao, Rasul, Vollgraf: Fashion-MNIST</a>
 */
final class FashionMnist {
  /** Names of the classes, in the order of their labels. */
  static final List<String> CLASSES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  /** What {@code --data} takes, instead of a folder, for the part that is brought along. */
  static final String EMBEDDED = "embedded";

  /** Where Debian's package dataset-fashion-mnist puts it. */
  static final String INSTALLED = "/usr/share/datasets/fashion-mnist";

  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  private FashionMnist() {}

  /**
   * The data set.
   *
   * @param from its folder, {@value #EMBEDDED}, or null: the installed one, else the embedded part
   * @throws Failure if a folder that was named is not there or not complete, or a file is damaged
   */
  static Dataset load(String from) {
    if (from == null) {
      Path installed = Path.of(INSTALLED);
      return Files.isDirectory(installed) ? folder(installed) : embedded();
    }
    return from.equals(EMBEDDED) ? embedded() : folder(Path.of(from));
  }

  private static Dataset folder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new Failure(
          "--data is %s, must be a folder with the files of Fashion-MNIST, or '%s'"
              .formatted(folder, EMBEDDED));
    }
    return read(folder.toString(), name -> open(folder, name));
  }

  private static InputStream open(Path folder, String name) throws IOException {
    Path zipped = folder.resolve(name + ".gz");
    Path plain = folder.resolve(name);
    if (!Files.exists(zipped) && !Files.exists(plain)) {
      throw new Failure(
          "the data folder %s has no %s, must have it, with or without .gz"
              .formatted(folder, name));
    }
    return Files.newInputStream(Files.exists(zipped) ? zipped : plain);
  }

  private static Dataset embedded() {
    return read("embedded part", name -> resource("fashion-mnist/" + name + ".gz"));
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = FashionMnist.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("the resource " + name + " is not in the jar");
    }
    return in;
  }

  private static Dataset read(String where, Opener opener) {
    return new Dataset(
        "Fashion-MNIST, " + where,
        labelled(where, opener, TRAIN_IMAGES, TRAIN_LABELS),
        labelled(where, opener, TEST_IMAGES, TEST_LABELS));
  }

  private static LabelledImages labelled(
      String where, Opener opener, String imagesName, String labelsName) {
    byte[] pixels = read(where, opener, imagesName, LabelledImages.SIDE, LabelledImages.SIDE);
    byte[] labels = read(where, opener, labelsName);
    int images = pixels.length / LabelledImages.PIXELS;
    if (labels.length != images) {
      throw new Failure(
          "%s/%s has %d labels, must have %d as %s has images"
              .formatted(where, labelsName, labels.length, images, imagesName));
    }
    for (int i = 0; i < labels.length; i++) {
      int label = Byte.toUnsignedInt(labels[i]);
      if (label >= CLASSES.size()) {
        throw new Failure(
            "%s/%s has %d as label %d, must be from 0 to %d"
                .formatted(where, labelsName, label, i, CLASSES.size() - 1));
      }
    }
    return LabelledImages.of(pixels, labels);
  }

  private static byte[] read(String where, Opener opener, String name, int... entry) {
    String shown = where + "/" + name;
    try (InputStream in = opener.open(name)) {
      return Idx.read(in, shown, entry);
    } catch (IOException e) {
      throw new Failure("cannot read " + shown, e);
    }
  }

  /** Opens a file of the data set by its name without .gz. */
  private interface Opener {
    InputStream open(String name) throws IOException;
  }
}
