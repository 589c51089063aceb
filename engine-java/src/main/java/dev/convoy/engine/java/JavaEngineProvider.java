package dev.convoy.engine.java;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;

/**
 * The engine "java": pure Java on the JDK's Vector API. It runs on every processor that the JDK
 * does, and at speed where the JVM was started with {@code --add-modules jdk.incubator.vector} and
 * has an optimizing compiler. Elsewhere it works in plain loops, ranks low, and says so in its
 * details.
 *
 * <p>Where the JVM grants it native access ({@code --enable-native-access}), it reaches memory by
 * its address, which is faster. As with native code, an arena must then not be closed while a call
 * works on a tensor in it: that ends the process, where it would be an {@link
 * IllegalStateException} otherwise.
 */
public final class JavaEngineProvider implements EngineProvider {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private static final int PRIORITY = 100;

  /** Behind engines of third parties too. */
  private static final int SLOW_PRIORITY = 10;

  /** For the service loader. */
  public JavaEngineProvider() {}

  /** "java". */
  @Override
  public String name() {
    return "java";
  }

  /** 100, or 10 where it works in plain loops. */
  @Override
  public int priority() {
    return whySlow() == null ? PRIORITY : SLOW_PRIORITY;
  }

  /** Starts the engine; its threads are started when first needed. */
  @Override
  public Kernels create(EngineConfig config) {
    String reason = whySlow(); // before any class is loaded that uses the module
    return reason == null ? new JavaKernels(config) : new LoopKernels(config, reason);
  }

  /** Why the Vector API is of no use here and what to do about it, or null if it is. */
  private static String whySlow() {
    if (!JitCompiler.optimizes()) {
      return "this JVM has no optimizing compiler ("
          + JitCompiler.mode()
          + "), without which the"
          + " Vector API would be slower still; start java without -Xint and"
          + " -XX:TieredStopAtLevel";
    }
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return "the module of the JDK's Vector API is not loaded; start java with --add-modules "
          + VECTOR_MODULE;
    }
    return null;
  }
}
