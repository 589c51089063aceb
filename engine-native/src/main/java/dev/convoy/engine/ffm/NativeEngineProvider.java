package dev.convoy.engine.ffm;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;

/**
 * The engine "native": a C library with hand-written SIMD pooling and convolution on OpenBLAS,
 * called through the Foreign Function &amp; Memory API.
 *
 * <p>Both libraries come from the class path and are copied to a folder of their own below {@code
 * java.io.tmpdir}, or the one that system property {@code convoy.native.cache} names. Properties
 * {@code convoy.native.path} and {@code convoy.openblas} name other libraries to load. The
 * environment variable {@code CONVOY_CPU} limits the kernels to those of a lower level: {@code c},
 * {@code avx2}, {@code avx512}, {@code neon}.
 */
public final class NativeEngineProvider implements EngineProvider {
  private static final int PRIORITY = 200;

  /** For {@link java.util.ServiceLoader}. */
  public NativeEngineProvider() {}

  @Override
  public String name() {
    return "native";
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Kernels create(EngineConfig config) {
    NativeLibrary library = NativeLibrary.load();
    NativeKernels kernels = new NativeKernels(library, config);
    SelfTest.run(kernels);
    return kernels;
  }
}
