package dev.convoy.cli;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX, the format of MNIST and of the data sets made in its likeness, plain or gzipped: two
 * zero bytes, a byte for the elements' type, one for the number of dimensions, their sizes as
 * big-endian 32-bit integers, then the elements, row-major.
 *
 * @see <a href="https://github.com/cvdfoundation/mnist">the format</a>
 */
final class Idx {
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int GZIP_MAGIC = 0x1f8b;

  private Idx() {}

  /**
   * The elements of a file of unsigned bytes.
   *
   * @param in the file, read to its end
   * @param name the file, for errors
   * @param entry the sizes of one entry: all dimensions but the first, which is free
   * @throws Failure if the file is not what its header or {@code entry} says
   */
  static byte[] read(InputStream in, String name, int... entry) {
    try {
      return elements(inflated(new BufferedInputStream(in)), name, entry);
    } catch (ZipException e) {
      throw new Failure(name + " is damaged, its gzip data do not unpack", e);
    } catch (EOFException e) {
      throw new Failure(name + " is truncated, it ends within its header or gzip data", e);
    } catch (IOException e) {
      throw new Failure("cannot read " + name, e);
    }
  }

  private static InputStream inflated(BufferedInputStream in) throws IOException {
    in.mark(2);
    int magic = (in.read() << 8) | in.read();
    in.reset();
    return magic == GZIP_MAGIC ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static byte[] elements(InputStream in, String name, int[] entry) throws IOException {
    int magic = readInt(in);
    int wanted = (UNSIGNED_BYTE << 8) | (entry.length + 1);
    if (magic != wanted) {
      throw new Failure(
          "%s begins with %08x, must begin with %08x: IDX, unsigned bytes, %d dimensions"
              .formatted(name, magic, wanted, entry.length + 1));
    }
    long count = Integer.toUnsignedLong(readInt(in));
    long size = count;
    for (int axis = 0; axis < entry.length; axis++) {
      long dim = Integer.toUnsignedLong(readInt(in));
      if (dim != entry[axis]) {
        throw new Failure(
            "%s has size %d in dimension %d, must have %d"
                .formatted(name, dim, axis + 1, entry[axis]));
      }
      size = Math.multiplyExact(size, dim);
    }
    if (count == 0 || size > Integer.MAX_VALUE - 8) {
      throw new Failure(
          "%s says it has %d entries, must have at least 1 and fewer than 2^31 bytes of them"
              .formatted(name, count));
    }
    // Grows as it reads: a header that lies must not decide how much memory is taken.
    byte[] elements = in.readNBytes((int) size);
    if (elements.length < size) {
      throw new Failure(
          "%s is truncated, it has %d bytes of data where its header says %d"
              .formatted(name, elements.length, size));
    }
    if (in.read() >= 0) {
      throw new Failure(
          "%s has more data than the %d bytes that its header says".formatted(name, size));
    }
    return elements;
  }

  private static int readInt(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(Integer.BYTES);
    if (bytes.length < Integer.BYTES) {
      throw new EOFException();
    }
    return ByteBuffer.wrap(bytes).getInt();
  }
}
