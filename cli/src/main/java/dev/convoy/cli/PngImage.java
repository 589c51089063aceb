package dev.convoy.cli;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Reads a PNG file into gray values as Fashion-MNIST has them. */
final class PngImage {
  static {
    System.setProperty("java.awt.headless", "true"); // or macOS shows an application
    ImageIO.setUseCache(false); // no temporary files
  }

  private PngImage() {}

  /**
   * The {@link LabelledImages#PIXELS} gray values of a file, row-major. Colour becomes luma (ITU-R
   * BT.601, as most programs do), what is transparent becomes black.
   *
   * @throws Failure if it cannot be read, is not PNG, or is not 28×28
   */
  static byte[] read(Path file) {
    try (InputStream in = Files.newInputStream(file);
        ImageInputStream stream = ImageIO.createImageInputStream(in)) {
      ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
      if (!reader.getOriginatingProvider().canDecodeInput(stream)) {
        throw new Failure(file + " is not a PNG image");
      }
      try {
        reader.setInput(stream, true, true);
        return decode(file, reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new Failure("cannot read " + file, e);
    }
  }

  private static byte[] decode(Path file, ImageReader reader) throws IOException {
    try {
      // Before decoding: a file of a few bytes may claim gigapixels.
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if (width != LabelledImages.SIDE || height != LabelledImages.SIDE) {
        throw new Failure(
            "%s is %dx%d pixels, must be %dx%d"
                .formatted(file, width, height, LabelledImages.SIDE, LabelledImages.SIDE));
      }
      return gray(reader.read(0));
    } catch (Failure e) {
      throw e;
    } catch (IOException
        | RuntimeException e) { // the JDK's reader throws anything at damaged files
      throw new Failure(
          "%s is a damaged PNG image: %s".formatted(file, e.getMessage()), (Throwable) e);
    }
  }

  private static byte[] gray(BufferedImage image) {
    byte[] values = new byte[LabelledImages.PIXELS];
    for (int i = 0; i < values.length; i++) {
      int x = i % LabelledImages.SIDE;
      int y = i / LabelledImages.SIDE;
      values[i] = (byte) (isGray(image) ? sample(image, x, y) : luma(image.getRGB(x, y)));
    }
    return values;
  }

  /** Gray as stored. Not by getRGB, whose colour conversion would brighten it. */
  private static boolean isGray(BufferedImage image) {
    return image.getColorModel().getNumColorComponents() == 1;
  }

  private static int sample(BufferedImage image, int x, int y) {
    ColorModel model = image.getColorModel();
    Raster raster = image.getRaster();
    int gray = to8Bits(raster.getSample(x, y, 0), model.getComponentSize(0));
    return model.hasAlpha()
        ? over(gray, to8Bits(raster.getSample(x, y, 1), model.getComponentSize(1)))
        : gray;
  }

  private static int to8Bits(int sample, int bits) {
    return Math.round(sample * 255f / ((1 << bits) - 1));
  }

  private static int luma(int argb) {
    int red = (argb >> 16) & 0xff;
    int green = (argb >> 8) & 0xff;
    int blue = argb & 0xff;
    return over((299 * red + 587 * green + 114 * blue + 500) / 1000, argb >>> 24);
  }

  private static int over(int gray, int alpha) {
    return Math.round(gray * alpha / 255f);
  }
}
