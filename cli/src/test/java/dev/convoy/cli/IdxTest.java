package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class IdxTest {
  /** Two entries of 2×3. */
  private static final byte[] PLAIN = {
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, (byte) 255
  };

  private static final byte[] ELEMENTS = Arrays.copyOfRange(PLAIN, 16, PLAIN.length);

  @Test
  void readsPlainFiles() {
    assertArrayEquals(ELEMENTS, read(PLAIN));
  }

  @Test
  void readsGzippedFiles() throws IOException {
    assertArrayEquals(ELEMENTS, read(gzip(PLAIN)));
  }

  @Test
  void everyTruncationOfAPlainFileIsAnErrorThatSaysSo() {
    for (int length = 0; length < PLAIN.length; length++) {
      assertMessage("f is truncated", Arrays.copyOf(PLAIN, length));
    }
  }

  @Test
  void everyTruncationOfAGzippedFileIsAnError() throws IOException {
    byte[] zipped = gzip(PLAIN);
    for (int length = 0; length < zipped.length; length++) {
      byte[] file = Arrays.copyOf(zipped, length);
      assertThrows(Failure.class, () -> read(file), "cut to " + length);
    }
  }

  @Test
  void damagedGzipIsAnErrorThatSaysSo() throws IOException {
    byte[] zipped = gzip(PLAIN);
    zipped[zipped.length - 5] ^= 1; // the checksum
    assertMessage("f is damaged, its gzip data do not unpack", zipped);
  }

  @Test
  void moreDataThanTheHeaderSaysIsAnError() {
    assertMessage(
        "f has more data than the 12 bytes that its header says",
        Arrays.copyOf(PLAIN, PLAIN.length + 1));
  }

  @Test
  void anotherMagicNumberIsAnErrorThatShowsBoth() {
    assertMessage("f begins with 00000802, must begin with 00000803", with(3, 2));
    assertMessage("f begins with 00000d03, must begin with 00000803", with(2, 0x0d));
  }

  @Test
  void anotherEntrySizeIsAnErrorThatNamesTheDimension() {
    assertMessage("f has size 4 in dimension 2, must have 3", with(15, 4));
  }

  @Test
  void aHeaderThatClaimsGigabytesIsAnErrorWithoutTakingThem() {
    assertMessage("f is truncated, it has 12 bytes of data", with(4, 0x10));
    assertMessage("f says it has 4278190082 entries", with(4, 0xff));
  }

  @Test
  void noEntriesIsAnError() {
    assertMessage("f says it has 0 entries", with(7, 0));
  }

  private static byte[] read(byte[] file) {
    return Idx.read(new ByteArrayInputStream(file), "f", 2, 3);
  }

  private static void assertMessage(String beginning, byte[] file) {
    String message = assertThrows(Failure.class, () -> read(file)).getMessage();
    assertTrue(message.startsWith(beginning), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static byte[] with(int index, int value) {
    byte[] file = PLAIN.clone();
    file[index] = (byte) value;
    return file;
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
