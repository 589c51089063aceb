package dev.convoy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnginesTest {
  /** Ranks highest and refuses, as a native engine without its library does. */
  public static final class Refusing implements EngineProvider {
    @Override
    public String name() {
      return "refusing";
    }

    @Override
    public int priority() {
      return 200;
    }

    @Override
    public Kernels create(EngineConfig config) {
      throw new EngineUnavailableException(
          "the library is missing; install it", new UnsatisfiedLinkError());
    }
  }

  /** Ranks lower and works. */
  public static final class Working implements EngineProvider {
    @Override
    public String name() {
      return "working";
    }

    @Override
    public int priority() {
      return 100;
    }

    @Override
    public Kernels create(EngineConfig config) {
      return RecordingKernels.create();
    }
  }

  /** Ranks in between and fails in a way it did not foresee. */
  public static final class Crashing implements EngineProvider {
    @Override
    public String name() {
      return "crashing";
    }

    @Override
    public int priority() {
      return 150;
    }

    @Override
    public Kernels create(EngineConfig config) {
      throw new IllegalStateException("oops");
    }
  }

  @TempDir private Path folder;
  private ClassLoader before;

  /**
   * Registers the providers above, and one that does not exist, where only this thread sees them.
   */
  @BeforeEach
  void registerProviders() throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(
        services.resolve(EngineProvider.class.getName()),
        List.of(
            Refusing.class.getName(),
            "dev.convoy.NoSuchProvider",
            Crashing.class.getName(),
            Working.class.getName()));
    before = Thread.currentThread().getContextClassLoader();
    URL[] urls = {folder.toUri().toURL()};
    Thread.currentThread().setContextClassLoader(new URLClassLoader(urls, before));
  }

  @AfterEach
  void restoreClassLoader() throws IOException {
    URLClassLoader loader = (URLClassLoader) Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(before);
    loader.close();
    System.clearProperty(Engines.PROPERTY);
  }

  @Test
  void takesTheFastestThatRuns() {
    assertEquals("working", Engines.fastest().name());
    assertEquals(List.of("working"), Engines.available());
  }

  @Test
  void reportsWhyEachOtherWasRefusedWithItsCause() {
    List<EngineStatus> report = Engines.report();
    assertEquals(
        List.of("refusing", "crashing", "working", "broken provider"),
        report.stream().map(EngineStatus::name).toList());
    assertInstanceOf(
        UnsatisfiedLinkError.class, report.get(0).unavailability().orElseThrow().getCause());
    assertTrue(report.get(1).unavailability().orElseThrow().getMessage().contains("oops"));
    assertTrue(report.get(2).isAvailable());
    assertTrue(
        report.get(3).unavailability().orElseThrow().getMessage().contains("NoSuchProvider"));
  }

  @Test
  void neverFallsBackFromAnExplicitChoice() {
    EngineUnavailableException refused =
        assertThrows(EngineUnavailableException.class, () -> Engines.named("refusing"));
    assertInstanceOf(UnsatisfiedLinkError.class, refused.getCause());
    System.setProperty(Engines.PROPERTY, "refusing");
    assertThrows(EngineUnavailableException.class, Engines::fastest);
    System.setProperty(Engines.PROPERTY, "unheard-of");
    String message = assertThrows(EngineUnavailableException.class, Engines::fastest).getMessage();
    assertTrue(message.contains("\"unheard-of\"") && message.contains("working"), message);
  }

  @Test
  void sharesTheEngineOfTheDefaultConfigurationAndNeverClosesIt() {
    Engine shared = Engines.named("working");
    assertSame(shared, Engines.named("working"));
    shared.close();
    shared.relu(Tensor.of(Shape.of(1), 1f), Tensor.of(Shape.of(1), 1f));
  }

  @Test
  void givesAnEngineOfItsOwnForAConfiguration() {
    Engine own = Engines.named("working", EngineConfig.defaults().threads(3));
    assertEquals(3, own.config().threads());
    own.close();
    Tensor tensor = Tensor.of(Shape.of(1), 1f);
    assertThrows(IllegalStateException.class, () -> own.relu(tensor, tensor));
  }

  @Test
  void saysWhatToDoWhenThereIsNoEngineAtAll() throws IOException {
    try (URLClassLoader empty = new URLClassLoader(new URL[0], before)) {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(empty);
      try {
        String message =
            assertThrows(EngineUnavailableException.class, Engines::fastest).getMessage();
        assertTrue(message.contains("convoy-engine-java"), message);
      } finally {
        Thread.currentThread().setContextClassLoader(loader);
      }
    }
  }
}
