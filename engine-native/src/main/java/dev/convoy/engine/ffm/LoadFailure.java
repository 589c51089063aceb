package dev.convoy.engine.ffm;

import dev.convoy.EngineUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells why a library cannot be loaded, and what to do about it. */
final class LoadFailure {
  private static final int ELF_MACHINE_OFFSET = 18;
  private static final int ELF_X86_64 = 62;
  private static final int ELF_AARCH64 = 183;

  private LoadFailure() {}

  static EngineUnavailableException of(Path file, String reason, Throwable cause) {
    return new EngineUnavailableException(
        "%s cannot be loaded (%s): %s".formatted(file, reason, advice(file, reason)), cause);
  }

  static EngineUnavailableException accessDenied(IllegalCallerException cause) {
    Module module = LoadFailure.class.getModule();
    return new EngineUnavailableException(
        "native access is denied to this JVM's code: pass --enable-native-access="
            + (module.isNamed() ? module.getName() : "ALL-UNNAMED"),
        cause);
  }

  private static String advice(Path file, String reason) {
    String wrong = wrongFile(file);
    if (wrong != null) {
      return wrong;
    }
    if (reason.contains("GLIBC_")) {
      return "this system's C library is older than the one it was built for; build it here";
    }
    if (usesMusl()) {
      return "this system's C library is musl, it needs glibc; use an image with glibc, or the Java"
          + " engine";
    }
    if (reason.contains("failed to map segment")
        || reason.contains("ermission denied")
        || reason.contains("not permitted")) {
      return "its file system may forbid running code (noexec); name a folder on another with"
          + " -D%s=FOLDER".formatted(NativeFiles.CACHE_PROPERTY);
    }
    return "install what it needs, or use the Java engine";
  }

  /** What is wrong with the file itself as a Linux library, if anything. */
  private static String wrongFile(Path file) {
    byte[] header;
    try (InputStream in = Files.newInputStream(file)) {
      header = in.readNBytes(ELF_MACHINE_OFFSET + Short.BYTES);
    } catch (IOException e) {
      return "it cannot be read (%s)".formatted(e);
    }
    if (!Platform.isLinux()) {
      return null;
    }
    ByteBuffer elf = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    if (header.length < ELF_MACHINE_OFFSET + Short.BYTES || elf.getInt(0) != 0x464c457f) {
      return "it is no shared library, or a damaged one; replace it";
    }
    int machine = elf.getShort(ELF_MACHINE_OFFSET);
    int wanted = Platform.name().endsWith("arm64") ? ELF_AARCH64 : ELF_X86_64;
    return machine == wanted
        ? null
        : "it was built for another processor (ELF machine %d, must be %d for %s)"
            .formatted(machine, wanted, Platform.name());
  }

  private static boolean usesMusl() {
    try (DirectoryStream<Path> musl = Files.newDirectoryStream(Path.of("/lib"), "ld-musl-*")) {
      return musl.iterator().hasNext();
    } catch (IOException e) {
      return false; // no /lib to read: then nothing says that it is musl
    }
  }
}
