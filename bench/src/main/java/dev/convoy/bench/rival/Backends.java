package dev.convoy.bench.rival;

import dev.convoy.EngineUnavailableException;
import dev.convoy.spi.EngineProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/** Finds backends by name: Convoy's engines and the rivals. */
public final class Backends {
  /** System property with the folder that has a folder for each rival's jars. */
  public static final String FOLDER_PROPERTY = "convoy.rivals";

  /** The rivals, the always present one last, each with the folder of its jars. */
  private enum Rival {
    PYTORCH("pytorch", "pytorch"),
    PYTORCH_NHWC("pytorch-nhwc", "pytorch"),
    DJL_PYTORCH("djl-pytorch", "djl"),
    ONEDNN("onednn", "onednn"),
    ONEDNN_NCHW("onednn-nchw", "onednn"),
    ONEDNN_REORDERS("onednn-reorders", "onednn"),
    ONNXRUNTIME("onnxruntime", "onnxruntime"),
    ND4J("nd4j", "nd4j"),
    NAIVE("naive", null);

    final String label;
    final String folder;

    Rival(String label, String folder) {
      this.label = label;
      this.folder = folder;
    }
  }

  private Backends() {}

  /** Names of Convoy's engines on the class path, whether they run here or not. */
  public static List<String> engines() {
    Set<String> names = new LinkedHashSet<>();
    ServiceLoader.load(EngineProvider.class, Backends.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted((a, b) -> Integer.compare(b.priority(), a.priority()))
        .forEach(provider -> names.add(provider.name()));
    return List.copyOf(names);
  }

  /** Names of the rivals, whether they are there or not. */
  public static List<String> rivals() {
    return Stream.of(Rival.values()).map(rival -> rival.label).toList();
  }

  /**
   * Checks that a name is known.
   *
   * @throws IllegalArgumentException if not, with the known ones
   */
  public static void requireKnown(String name) {
    List<String> known = new ArrayList<>(engines());
    known.addAll(rivals());
    if (!known.contains(name)) {
      throw new IllegalArgumentException(
          "engine is \"%s\", must be one of %s".formatted(name, String.join(", ", known)));
    }
  }

  /**
   * Starts a backend, with so many threads for it and for the libraries it brings.
   *
   * @throws IllegalArgumentException if the name is unknown
   * @throws BackendUnavailableException if it does not run here
   */
  public static Backend open(String name, int threads) {
    requireKnown(name);
    Libc.keepFreedMemory();
    Libc.setEnvironment("OMP_NUM_THREADS", Integer.toString(threads));
    for (Rival rival : Rival.values()) {
      if (rival.label.equals(name)) {
        return rival.folder == null ? new NaiveBackend(threads) : load(rival, threads);
      }
    }
    try {
      return new ConvoyBackend(name, threads);
    } catch (EngineUnavailableException e) {
      throw new BackendUnavailableException(e.getMessage(), e);
    }
  }

  private static Backend load(Rival rival, int threads) {
    Path folder = folder().resolve(rival.folder);
    if (!Files.isDirectory(folder)) {
      throw new BackendUnavailableException(
          "%s is not in %s: ./convoy bench --rivals fetches it, where it exists for the platform"
              .formatted(rival.label, folder));
    }
    // Left open: what is loaded stays until the process ends.
    ClassLoader loader =
        new URLClassLoader(rival.folder, jars(folder), Backends.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader); // the rivals look for their parts there
    try {
      for (BackendProvider provider : ServiceLoader.load(BackendProvider.class, loader)) {
        if (provider.names().contains(rival.label)) {
          return provider.open(rival.label, threads);
        }
      }
    } catch (RuntimeException | LinkageError e) {
      throw new BackendUnavailableException(rival.label + " failed to start: " + e, e);
    }
    throw new BackendUnavailableException(
        "%s is in none of the jars in %s".formatted(rival.label, folder));
  }

  private static URL[] jars(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<URL> urls = new ArrayList<>();
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
      return urls.toArray(URL[]::new);
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new BackendUnavailableException("cannot read " + folder, e);
    }
  }

  private static Path folder() {
    String named = System.getProperty(FOLDER_PROPERTY, "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    try {
      URL code = Backends.class.getProtectionDomain().getCodeSource().getLocation();
      return Path.of(code.toURI()).resolveSibling("rivals");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
