package dev.convoy.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that are never seen half done: under another name first, then moved into place. */
final class AtomicFile {
  private AtomicFile() {}

  /** What a file is to hold. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Creates or replaces a file; if that fails or is interrupted, the old one stays as it was. */
  static void write(Path file, Content content) throws IOException {
    Path temporary = temporary(file);
    temporary.toFile().deleteOnExit(); // Ctrl-C
    try {
      try (FileChannel channel =
              FileChannel.open(
                  temporary,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
        content.writeTo(out);
        out.flush();
        channel.force(true); // else a power cut may leave the new name with no data
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      delete(temporary, e);
      throw e;
    }
  }

  /** Finds out whether a file could be written, without touching it. */
  static void probe(Path file) throws IOException {
    Path temporary = temporary(file);
    Files.deleteIfExists(Files.createFile(temporary));
  }

  private static Path temporary(Path file) {
    return file.resolveSibling(
        ".%s.%d.tmp".formatted(file.getFileName(), ProcessHandle.current().pid()));
  }

  private static void delete(Path temporary, Exception why) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }
}
