package dev.convoy.engine.ffm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A resource and what tells its contents: a checksum against accidents, not against attackers, and
 * one that a jar's index holds, so that 40 MB need not be unpacked at every start.
 *
 * @param name of the file
 * @param resource where it is on the class path
 * @param size in bytes
 * @param crc CRC-32 of the bytes
 */
record Contents(String name, URL resource, long size, long crc) {
  private static final int HASH_DIGITS = 16;

  static Contents of(String name, URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    connection.setUseCaches(false); // a cached jar would stay open, and keep its class loader
    if (connection instanceof JarURLConnection jar) {
      try (JarFile file = jar.getJarFile()) {
        JarEntry entry = file.getJarEntry(jar.getEntryName());
        if (entry.getSize() >= 0 && entry.getCrc() >= 0) {
          return new Contents(name, resource, entry.getSize(), entry.getCrc());
        }
      }
    }
    try (InputStream in = resource.openStream()) {
      return read(name, resource, in);
    }
  }

  private static Contents read(String name, URL resource, InputStream in) throws IOException {
    CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
    long size = checked.transferTo(OutputStream.nullOutputStream());
    return new Contents(name, resource, size, checked.getChecksum().getValue());
  }

  /** Whether a regular file, and no link, holds these contents. */
  boolean isIn(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != size) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(name, resource, in).crc == crc;
    }
  }

  /** A name for a set of files that changes when one of them does. */
  static String hash(List<Contents> files) {
    StringBuilder text = new StringBuilder();
    for (Contents file : files) {
      text.append(file.name)
          .append(' ')
          .append(file.size)
          .append(' ')
          .append(file.crc)
          .append('\n');
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
