package dev.convoy.nn.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaxPoolFromScratchTest {
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);

  @Test
  void theNumbersAreThoseOfTheNumpyOriginal() {
    assertTrue(
        MaxPoolFromScratch.run(Engines.fastest(), out, Duration.ZERO),
        () -> told.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"maxPool2d", "maxPool2dBackward"})
  void anEngineThatIsWrongInOneElementIsFoundOut(String operation) {
    try (Engine wrong = Engines.create(new OffByOne(operation), EngineConfig.defaults())) {
      assertFalse(MaxPoolFromScratch.run(wrong, out, Duration.ZERO));
    }
    assertTrue(told.toString(StandardCharsets.UTF_8).contains("DIFFERS"));
  }

  /** The engine that was found, but for one element of one operation's output. */
  private record OffByOne(String operation) implements EngineProvider {
    @Override
    public String name() {
      return "off by one";
    }

    @Override
    public int priority() {
      return 0;
    }

    @Override
    public Kernels create(EngineConfig config) {
      EngineProvider right =
          ServiceLoader.load(EngineProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .filter(provider -> provider.name().equals(Engines.fastest().name()))
              .findFirst()
              .orElseThrow();
      Kernels kernels = right.create(config);
      return (Kernels)
          Proxy.newProxyInstance(
              Kernels.class.getClassLoader(),
              new Class<?>[] {Kernels.class},
              (proxy, method, arguments) -> {
                try {
                  Object result = method.invoke(kernels, arguments);
                  if (method.getName().equals(operation)) {
                    addOne(
                        (Tensor)
                            arguments[operation.equals("maxPool2d") ? 2 : arguments.length - 1]);
                  }
                  return result;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    private static void addOne(Tensor output) {
      float last =
          output.segment().getAtIndex(ValueLayout.JAVA_FLOAT, output.shape().elements() - 1);
      output.segment().setAtIndex(ValueLayout.JAVA_FLOAT, output.shape().elements() - 1, last + 1);
    }
  }
}
