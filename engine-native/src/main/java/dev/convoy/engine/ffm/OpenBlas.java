package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.convoy.EngineUnavailableException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** OpenBLAS, loaded and held to one thread: the splitting of work is Convoy's own. */
final class OpenBlas {
  /** System property with another OpenBLAS to load. */
  static final String PROPERTY = "convoy.openblas";

  private static final int OPENMP = 2; // what openblas_get_parallel returns

  private final SharedLibrary library;
  private final String config;
  private final String core;

  private OpenBlas(SharedLibrary library) {
    this.library = library;
    this.config = library.text("openblas_get_config");
    this.core = library.text("openblas_get_corename");
  }

  static OpenBlas load() {
    String named = System.getProperty(PROPERTY, "");
    OpenBlas blas = new OpenBlas(named.isEmpty() ? bundled() : NativeLibrary.named(PROPERTY));
    blas.refuseUnfit();
    blas.holdToOneThread();
    return blas;
  }

  private static SharedLibrary bundled() {
    String folder = "org/bytedeco/openblas/" + Platform.name();
    String main = Platform.openblasLibrary();
    if (!NativeFiles.exists(folder + "/" + main)) {
      throw new EngineUnavailableException(
          "OpenBLAS is missing: %s/%s is not on the class path; put org.bytedeco:openblas with the"
                  .formatted(folder, main)
              + " classifier %s there (not on the module path), or name one with -D%s=FILE"
                  .formatted(Platform.name(), PROPERTY));
    }
    List<String> names = new ArrayList<>(Platform.openblasNeeds());
    names.add(main);
    Path copies = NativeFiles.inCache().extract(folder, names);
    for (String needed : Platform.openblasNeeds()) {
      if (Files.exists(copies.resolve(needed))) {
        SharedLibrary.open(copies.resolve(needed));
      }
    }
    return SharedLibrary.open(copies.resolve(main));
  }

  private void refuseUnfit() {
    if (config.contains("USE64BITINT")) {
      throw new EngineUnavailableException(
          "%s is built for 64-bit integers (%s), must be built for 32-bit ones"
              .formatted(library.file(), config));
    }
    if (library.integer("openblas_get_parallel") == OPENMP) {
      throw new EngineUnavailableException(
          "%s is an OpenMP build, whose threads cannot be held to one; use one with pthreads or"
                  .formatted(library.file())
              + " without threads");
    }
  }

  /** At once: OpenBLAS's own idle threads spin. */
  private void holdToOneThread() {
    try {
      library
          .handle("openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT))
          .invokeExact(1);
    } catch (Throwable e) {
      throw SharedLibrary.rethrown(e);
    }
    int threads = library.integer("openblas_get_num_threads");
    if (threads != 1) {
      throw new EngineUnavailableException(
          "%s works with %d threads, must work with 1 when told to"
              .formatted(library.file(), threads));
    }
  }

  MemorySegment sgemm() {
    return library.address("cblas_sgemm");
  }

  MemorySegment dgemm() {
    return library.address("cblas_dgemm");
  }

  /** Its version and the processor core that its kernels are for, as it calls it. */
  String description() {
    String[] words = config.split(" ", 3);
    String version = words.length > 1 ? words[0] + " " + words[1] : config;
    return "%s, %s kernels, %s".formatted(version, core, library.file());
  }
}
