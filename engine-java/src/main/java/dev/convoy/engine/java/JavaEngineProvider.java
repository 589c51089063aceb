package dev.convoy.engine.java;

import dev.convoy.EngineUnavailableException;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;

/**
 * The engine "java": pure Java on the JDK's Vector API. It runs on every processor that the JDK
 * does, and needs the JVM flag {@code --add-modules jdk.incubator.vector} where the application is
 * on the class path (on the module path its module asks for it).
 */
public final class JavaEngineProvider implements EngineProvider {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private static final int PRIORITY = 100;

  /** Behind engines of third parties too: the Vector API is then a hundred times slower. */
  private static final int SLOW_PRIORITY = 10;

  /** For the service loader. */
  public JavaEngineProvider() {}

  /** "java". */
  @Override
  public String name() {
    return "java";
  }

  /** 100, or 10 where the JVM has no optimizing compiler. */
  @Override
  public int priority() {
    return JitCompiler.optimizes() ? PRIORITY : SLOW_PRIORITY;
  }

  /**
   * Starts the engine; its threads are started when first needed.
   *
   * @throws EngineUnavailableException if the module of the Vector API was not loaded
   */
  @Override
  public Kernels create(EngineConfig config) {
    // Before any class is loaded that uses the module.
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      throw new EngineUnavailableException(
          "the Java engine needs the JDK's Vector API, and its module is not loaded; start java with"
              + " --add-modules "
              + VECTOR_MODULE);
    }
    return new JavaKernels(config);
  }
}
