package dev.convoy.cli;

import dev.convoy.EngineUnavailableException;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ServiceLoader;

/** An engine that ranks first and refuses to start, or starts and computes something else. */
public final class MoodyEngineProvider implements EngineProvider {
  static final String NAME = "moody";
  static final String REASON = "not in the mood; ask again tomorrow";

  /**
   * System property of a process where it starts: as the java engine, but for matrix products a
   * little too large. Engines once started are kept, so that tests of one process cannot differ.
   */
  static final String STARTS = "convoy.test.moody.starts";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 1000;
  }

  @Override
  public Kernels create(EngineConfig config) {
    if (!Boolean.getBoolean(STARTS)) {
      throw new EngineUnavailableException(REASON, new IllegalStateException("the mood"));
    }
    Kernels java =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("java"))
            .findFirst()
            .orElseThrow()
            .create(config);
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(java, arguments);
                if (method.getName().equals("matmul")) {
                  enlarge((Tensor) arguments[4]);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void enlarge(Tensor y) {
    float[] values = y.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= 1.1f;
    }
    y.copyFrom(values);
  }
}
