package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.convoy.EngineUnavailableException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Convoy's C library with its OpenBLAS, loaded once per process and class loader. */
final class NativeLibrary {
  /** System property with another C library to load. */
  static final String PROPERTY = "convoy.native.path";

  /** Environment variable that limits the C library to kernels of a lower level. */
  static final String CPU_VARIABLE = "CONVOY_CPU";

  private static final int ABI_VERSION = 2; // CONVOY_ABI_VERSION in convoy.h

  private static NativeLibrary loaded;

  private final SharedLibrary library;
  private final OpenBlas blas;

  private NativeLibrary(SharedLibrary library, OpenBlas blas) {
    this.library = library;
    this.blas = blas;
  }

  /**
   * The library, loaded if it is not yet.
   *
   * @throws EngineUnavailableException if it or OpenBLAS cannot be loaded or does not fit: each
   *     with a reason of its own
   */
  static synchronized NativeLibrary load() {
    if (loaded == null) {
      SharedLibrary library = open();
      refuseUnfit(library);
      OpenBlas blas = OpenBlas.load();
      try {
        library
            .handle("convoy_set_blas", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS))
            .invokeExact(blas.sgemm(), blas.dgemm());
      } catch (Throwable e) {
        throw SharedLibrary.rethrown(e);
      }
      loaded = new NativeLibrary(library, blas);
    }
    return loaded;
  }

  private static SharedLibrary open() {
    if (!System.getProperty(PROPERTY, "").isEmpty()) {
      return named(PROPERTY);
    }
    String folder = "dev/convoy/native/" + Platform.name();
    String name = Platform.convoyLibrary();
    if (!NativeFiles.exists(folder + "/" + name)) {
      throw new EngineUnavailableException(
          "the C library is missing: %s/%s is not on the class path; put convoy-native there (not on"
                  .formatted(folder, name)
              + " the module path: it holds no module), or name one with -D%s=FILE"
                  .formatted(PROPERTY));
    }
    return SharedLibrary.open(NativeFiles.inCache().extract(folder, List.of(name)).resolve(name));
  }

  /** The library that a system property names. */
  static SharedLibrary named(String property) {
    String value = System.getProperty(property);
    Path file = Path.of(value).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      throw new EngineUnavailableException(
          "-D%s=%s must be a shared library, and %s"
              .formatted(
                  property, value, Files.exists(file) ? "is no regular file" : "does not exist"));
    }
    return SharedLibrary.open(file);
  }

  private static void refuseUnfit(SharedLibrary library) {
    int version = library.integer("convoy_abi_version");
    if (version != ABI_VERSION) {
      throw new EngineUnavailableException(
          "%s has version %d of the binary interface, must have %d: use the one of this release"
              .formatted(library.file(), version, ABI_VERSION));
    }
    String wanted = System.getenv(CPU_VARIABLE);
    String used = library.text("convoy_cpu_level");
    if (wanted != null && !wanted.equals(used)) {
      throw new EngineUnavailableException(
          "environment variable %s is \"%s\", must be c, or avx2, avx512 or neon where the processor has"
                  .formatted(CPU_VARIABLE, wanted)
              + " them (this one has %s)".formatted(library.text("convoy_cpu_features")));
    }
  }

  /** A handle that calls one of the C library's functions. */
  MethodHandle handle(String function, FunctionDescriptor type) {
    return library.handle(function, type);
  }

  /** What was loaded, for the report. */
  Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("library", library.file().toString());
    details.put(
        "kernels",
        "%s (processor: %s)"
            .formatted(library.text("convoy_cpu_level"), library.text("convoy_cpu_features")));
    details.put("BLAS", blas.description());
    return details;
  }
}
