package dev.convoy;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Finds engines. Each is an {@link EngineProvider} on the class path or module path.
 *
 * <p>{@link #fastest()} is the one to begin with. The system property {@value #PROPERTY} names an
 * engine for it; a name, however given, is never passed over in silence.
 */
public final class Engines {
  /** System property with the name of the engine that {@link #fastest} is to use. */
  public static final String PROPERTY = "convoy.engine";

  /** Engines of the default configuration, made once per process. Guarded by itself. */
  private static final Map<String, Engine> SHARED = new HashMap<>();

  private Engines() {}

  /**
   * The engine of the highest rank that runs here, shared within the process; or the one that
   * {@value #PROPERTY} names.
   *
   * @throws EngineUnavailableException if none runs, or the named one does not
   */
  public static Engine fastest() {
    return fastest(null);
  }

  /**
   * A new engine, the caller's to close, otherwise chosen as by {@link #fastest()}.
   *
   * @param config how it is to work; null for a shared one
   */
  public static Engine fastest(EngineConfig config) {
    String chosen = System.getProperty(PROPERTY, "");
    if (!chosen.isEmpty()) {
      return named(chosen, config);
    }
    List<EngineUnavailableException> refused = new ArrayList<>();
    for (EngineProvider provider : providers().values()) {
      try {
        return start(provider, config);
      } catch (EngineUnavailableException e) {
        refused.add(e);
      }
    }
    EngineUnavailableException none =
        new EngineUnavailableException(
            refused.isEmpty()
                ? "no engine was found: put convoy-engine-java or convoy-engine-native on the class or"
                    + " module path"
                : "no engine runs here: "
                    + refused.stream()
                        .map(Throwable::getMessage)
                        .collect(Collectors.joining("; ")));
    refused.forEach(none::addSuppressed);
    throw none;
  }

  /**
   * The engine of this name, shared within the process.
   *
   * @throws EngineUnavailableException if there is none, or it does not run here: with the reason
   */
  public static Engine named(String name) {
    return named(name, null);
  }

  /**
   * A new engine of this name, the caller's to close.
   *
   * @param config how it is to work; null for the shared one
   * @throws EngineUnavailableException if there is none, or it does not run here: with the reason
   */
  public static Engine named(String name, EngineConfig config) {
    Objects.requireNonNull(name, "name");
    Map<String, EngineProvider> providers = providers();
    EngineProvider provider = providers.get(name);
    if (provider == null) {
      throw new EngineUnavailableException(
          "engine is \"%s\", must be one of %s".formatted(name, providers.keySet()));
    }
    return start(provider, config);
  }

  /**
   * A new engine of a provider that need not be registered, the caller's to close.
   *
   * @throws EngineUnavailableException if it does not run here
   */
  public static Engine create(EngineProvider provider, EngineConfig config) {
    Objects.requireNonNull(provider, "provider");
    Objects.requireNonNull(config, "config");
    return start(provider, config);
  }

  /** Names of the engines that run here, the fastest first. */
  public static List<String> available() {
    return report().stream().filter(EngineStatus::isAvailable).map(EngineStatus::name).toList();
  }

  /**
   * Every engine that was found, the fastest first: what it is made of here, or why it does not
   * run.
   */
  public static List<EngineStatus> report() {
    List<EngineStatus> report = new ArrayList<>();
    for (EngineProvider provider : providers().values()) {
      try {
        report.add(status(provider, start(provider, null).details(), null));
      } catch (EngineUnavailableException e) {
        report.add(status(provider, Map.of(), e));
      }
    }
    return List.copyOf(report);
  }

  private static EngineStatus status(
      EngineProvider provider, Map<String, String> details, EngineUnavailableException refusal) {
    return new EngineStatus(
        provider.name(), provider.priority(), details, Optional.ofNullable(refusal));
  }

  private static Engine start(EngineProvider provider, EngineConfig config) {
    if (config != null) {
      return new Engine(provider.name(), config, kernels(provider, config), false);
    }
    synchronized (SHARED) {
      Engine engine = SHARED.get(provider.name());
      if (engine == null) {
        EngineConfig defaults = EngineConfig.defaults();
        engine = new Engine(provider.name(), defaults, kernels(provider, defaults), true);
        SHARED.put(provider.name(), engine);
      }
      return engine;
    }
  }

  private static Kernels kernels(EngineProvider provider, EngineConfig config) {
    try {
      return Objects.requireNonNull(provider.create(config), "the provider's kernels");
    } catch (EngineUnavailableException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new EngineUnavailableException(
          "engine \"%s\" failed to start: %s".formatted(provider.name(), e), e);
    }
  }

  /**
   * The providers by name, the highest rank first: those that the thread's class loader sees (an
   * application's, in a container), then those beside this class.
   */
  private static Map<String, EngineProvider> providers() {
    List<EngineProvider> found = new ArrayList<>();
    collect(ServiceLoader.load(EngineProvider.class), found);
    collect(ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()), found);
    found.sort((a, b) -> Integer.compare(b.priority(), a.priority()));
    Map<String, EngineProvider> byName = new LinkedHashMap<>();
    for (EngineProvider provider : found) {
      byName.putIfAbsent(provider.name(), provider);
    }
    return byName;
  }

  private static void collect(ServiceLoader<EngineProvider> loader, List<EngineProvider> found) {
    Iterator<EngineProvider> providers = loader.iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        found.add(providers.next());
      } catch (ServiceConfigurationError e) { // the iterator goes on behind the broken one
        found.add(new BrokenProvider(e));
      }
    }
  }

  /** Stands in the report for a provider that is declared but cannot be loaded. */
  private record BrokenProvider(ServiceConfigurationError error) implements EngineProvider {
    @Override
    public String name() {
      return "broken provider";
    }

    @Override
    public int priority() {
      return Integer.MIN_VALUE;
    }

    @Override
    public Kernels create(EngineConfig config) {
      throw new EngineUnavailableException(error.getMessage(), error);
    }
  }
}
