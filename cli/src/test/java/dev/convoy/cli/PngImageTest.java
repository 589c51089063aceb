package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngImageTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("image.png");
  }

  @Test
  void grayValuesAreReadAsTheyAre() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_BYTE_GRAY, 28, 28);
    byte[] values = new byte[28 * 28];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) i;
      image.getRaster().setSample(i % 28, i / 28, 0, i & 0xff);
    }
    write(image);
    assertArrayEquals(values, PngImage.read(file));
  }

  @Test
  void sixteenBitsBecomeEight() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_USHORT_GRAY, 28, 28);
    image.getRaster().setSample(1, 0, 0, 65535);
    image.getRaster().setSample(2, 0, 0, 32896);
    write(image);
    assertPixels(0, 255, 128);
  }

  @Test
  void blackAndWhiteIsRead() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_BYTE_BINARY, 28, 28);
    image.setRGB(1, 0, 0xffffffff);
    write(image);
    assertPixels(0, 255, 0);
  }

  @Test
  void colourBecomesLuma() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_INT_RGB, 28, 28);
    image.setRGB(0, 0, 0xff0000);
    image.setRGB(1, 0, 0x00ff00);
    image.setRGB(2, 0, 0x0000ff);
    write(image);
    assertPixels(76, 150, 29);
  }

  @Test
  void grayInColourStaysThatGray() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_INT_RGB, 28, 28);
    image.setRGB(0, 0, 0x010101);
    image.setRGB(1, 0, 0x808080);
    image.setRGB(2, 0, 0xffffff);
    write(image);
    assertPixels(1, 128, 255);
  }

  @Test
  void transparencyBecomesBlack() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_INT_ARGB, 28, 28);
    image.setRGB(0, 0, 0x00ffffff);
    image.setRGB(1, 0, 0x80ffffff);
    image.setRGB(2, 0, 0xffffffff);
    write(image);
    assertPixels(0, 128, 255);
  }

  @Test
  void anotherSizeIsAnErrorThatShowsBoth() throws IOException {
    write(image(BufferedImage.TYPE_BYTE_GRAY, 28, 29));
    assertMessage(file + " is 28x29 pixels, must be 28x28");
  }

  @Test
  void aSmallFileThatClaimsGigapixelsIsAnErrorWithoutTakingThem() throws IOException {
    write(image(BufferedImage.TYPE_BYTE_GRAY, 28, 28));
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer header = ByteBuffer.wrap(bytes).putInt(16, 1_000_000).putInt(20, 1_000_000);
    CRC32 crc = new CRC32();
    crc.update(bytes, 12, 17);
    header.putInt(29, (int) crc.getValue());
    Files.write(file, bytes);
    assertMessage(file + " is 1000000x1000000 pixels, must be 28x28");
  }

  @Test
  void everyTruncationThatLosesPixelsIsAnError() throws IOException {
    BufferedImage image = image(BufferedImage.TYPE_BYTE_GRAY, 28, 28);
    for (int i = 0; i < LabelledImages.PIXELS; i++) {
      image.getRaster().setSample(i % 28, i / 28, 0, ((i * 7919) >> 4) & 0xff);
    }
    write(image);
    byte[] pixels = PngImage.read(file);
    byte[] whole = Files.readAllBytes(file);
    int errors = 0;
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try {
        assertArrayEquals(pixels, PngImage.read(file), "cut to " + length);
      } catch (Failure e) {
        errors++;
      }
    }
    assertTrue(errors > whole.length * 0.9, errors + " errors of " + whole.length);
  }

  @Test
  void anotherFormatIsAnError() throws IOException {
    ImageIO.write(image(BufferedImage.TYPE_INT_RGB, 28, 28), "bmp", file.toFile());
    assertMessage(file + " is not a PNG image");
  }

  @Test
  void aMissingFileIsAnError() {
    assertMessage("cannot read " + file + ": no such file or folder");
  }

  @Test
  void aFolderIsAnError() {
    file = folder;
    assertMessage("cannot read " + folder + ": Is a directory");
  }

  private void assertPixels(int... first) {
    byte[] values = PngImage.read(file);
    for (int i = 0; i < first.length; i++) {
      assertEquals(first[i], values[i] & 0xff, "pixel " + i);
    }
    assertEquals(28 * 28, values.length);
  }

  private void assertMessage(String part) {
    String message = assertThrows(Failure.class, () -> PngImage.read(file)).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static BufferedImage image(int type, int width, int height) {
    return new BufferedImage(width, height, type);
  }

  private void write(BufferedImage image) throws IOException {
    assertTrue(ImageIO.write(image, "png", file.toFile()));
  }
}
