package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.convoy.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
  @TempDir private Path folder;

  @Test
  void theEmbeddedPartHasTenThousandAndTwoThousandImagesOfAllClasses() {
    Dataset data = FashionMnist.load(FashionMnist.EMBEDDED);
    assertEquals(10_000, data.train().count());
    assertEquals(2_000, data.test().count());
    for (LabelledImages images : new LabelledImages[] {data.train(), data.test()}) {
      assertEquals(Shape.of(images.count(), 1, 28, 28), images.images().shape());
      long[] ofClass = new long[10];
      Arrays.stream(images.labels()).forEach(label -> ofClass[label]++);
      for (long count : ofClass) {
        assertTrue(count > images.count() * 0.085, Arrays.toString(ofClass));
      }
    }
  }

  @Test
  void theEmbeddedPartIsAtMostSixMegabytes() throws IOException {
    long bytes = 0;
    for (String name : FILES) {
      try (InputStream in =
          FashionMnist.class.getResourceAsStream("fashion-mnist/" + name + ".gz")) {
        bytes += in.readAllBytes().length;
      }
    }
    assertTrue(bytes <= 6_000_000, bytes + " bytes");
  }

  @Test
  void theEmbeddedPartIsTheBeginningOfTheInstalledDataSet() {
    assumeTrue(Files.isDirectory(Path.of(FashionMnist.INSTALLED)), "not installed");
    Dataset part = FashionMnist.load(FashionMnist.EMBEDDED);
    Dataset whole = FashionMnist.load(null);
    assertEquals("Fashion-MNIST, " + FashionMnist.INSTALLED, whole.name());
    assertEquals(60_000, whole.train().count());
    assertEquals(10_000, whole.test().count());
    assertSame(part.train(), whole.train().limit(10_000));
    assertSame(part.test(), whole.test().limit(2_000));
  }

  private static void assertSame(LabelledImages a, LabelledImages b) {
    assertEquals(-1, a.images().segment().mismatch(b.images().segment()));
    assertArrayEquals(a.labels(), b.labels());
  }

  @Test
  void pixelsAreScaledToOneAndKeepTheirPlaces() {
    byte[] pixels = new byte[2 * LabelledImages.PIXELS];
    pixels[1] = 51;
    pixels[LabelledImages.PIXELS + 783] = (byte) 255;
    float[] values = LabelledImages.scaled(pixels).toFloatArray();
    assertEquals(0f, values[0]);
    assertEquals(0.2f, values[1]);
    assertEquals(1f, values[LabelledImages.PIXELS + 783]);
  }

  @Test
  void readsAFolderWhateverIsZipped() throws IOException {
    writeFolder(3, 2);
    Files.write(folder.resolve(FILES[0] + ".gz"), IdxTest.gzip(images(3)));
    Files.delete(folder.resolve(FILES[0]));
    Dataset data = FashionMnist.load(folder.toString());
    assertEquals(3, data.train().count());
    assertArrayEquals(new int[] {0, 1}, data.test().labels());
    assertEquals("Fashion-MNIST, " + folder, data.name());
  }

  @Test
  void aFolderThatIsNotThereIsAnErrorAndNotReplaced() {
    assertMessage(
        "--data is nowhere, must be a folder with the files of Fashion-MNIST, or 'embedded'",
        "nowhere");
  }

  @Test
  void aMissingFileIsAnErrorThatNamesIt() throws IOException {
    writeFolder(3, 2);
    Files.delete(folder.resolve(FILES[3]));
    assertMessage("has no t10k-labels-idx1-ubyte, must have it", folder.toString());
  }

  @Test
  void aDamagedFileIsAnErrorThatNamesIt() throws IOException {
    writeFolder(3, 2);
    Files.write(folder.resolve(FILES[2]), Arrays.copyOf(images(2), 999));
    assertMessage(folder + "/" + FILES[2] + " is truncated", folder.toString());
  }

  @Test
  void labelsThatDoNotMatchTheImagesAreAnError() throws IOException {
    writeFolder(3, 2);
    Files.write(folder.resolve(FILES[1]), labels(4));
    assertMessage(
        FILES[1] + " has 4 labels, must have 3 as " + FILES[0] + " has images", folder.toString());
  }

  @Test
  void aLabelOutOfRangeIsAnErrorThatShowsIt() throws IOException {
    writeFolder(3, 2);
    byte[] labels = labels(3);
    labels[labels.length - 1] = (byte) 200;
    Files.write(folder.resolve(FILES[1]), labels);
    assertMessage(FILES[1] + " has 200 as label 2, must be from 0 to 9", folder.toString());
  }

  private static void assertMessage(String part, String from) {
    String message = assertThrows(Failure.class, () -> FashionMnist.load(from)).getMessage();
    assertTrue(message.contains(part), message);
  }

  private static final String[] FILES = {
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"
  };

  private void writeFolder(int train, int test) throws IOException {
    Files.write(folder.resolve(FILES[0]), images(train));
    Files.write(folder.resolve(FILES[1]), labels(train));
    Files.write(folder.resolve(FILES[2]), images(test));
    Files.write(folder.resolve(FILES[3]), labels(test));
  }

  private static byte[] images(int count) {
    return ByteBuffer.allocate(16 + count * LabelledImages.PIXELS)
        .putInt(0x803)
        .putInt(count)
        .putInt(28)
        .putInt(28)
        .array();
  }

  private static byte[] labels(int count) {
    ByteBuffer file = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int i = 0; i < count; i++) {
      file.put((byte) i);
    }
    return file.array();
  }
}
