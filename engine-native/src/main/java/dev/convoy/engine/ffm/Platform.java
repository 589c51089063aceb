package dev.convoy.engine.ffm;

import dev.convoy.EngineUnavailableException;
import java.util.List;
import java.util.Locale;

/** This operating system and processor, in the words of OpenBLAS's Maven artifact. */
final class Platform {
  private static final String OS = System.getProperty("os.name").toLowerCase(Locale.ROOT);
  private static final String ARCH = System.getProperty("os.arch");

  private Platform() {}

  /** Such as {@code linux-x86_64}. */
  static String name() {
    String os = isLinux() ? "linux" : OS.startsWith("mac") ? "macosx" : null;
    String arch =
        switch (ARCH) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> null;
        };
    if (os == null || arch == null) {
      throw new EngineUnavailableException(
          "there is no native library for %s on %s, only for Linux and macOS on x86-64 and ARM64"
                  .formatted(OS, ARCH)
              + "; use the Java engine");
    }
    return os + "-" + arch;
  }

  static boolean isLinux() {
    return OS.equals("linux");
  }

  static String convoyLibrary() {
    return isLinux() ? "libconvoy.so" : "libconvoy.dylib";
  }

  static String openblasLibrary() {
    return isLinux() ? "libopenblas.so.0" : "libopenblas.0.dylib";
  }

  /**
   * What OpenBLAS needs beside it, in the order in which to load it, for libgfortran does not name
   * the folder in which it finds the others. Not every platform has all of them.
   */
  static List<String> openblasNeeds() {
    return isLinux()
        ? List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5")
        : List.of("libgcc_s.1.1.dylib", "libquadmath.0.dylib", "libgfortran.5.dylib");
  }
}
