package dev.convoy.bench.work;

import dev.convoy.Shape;
import dev.convoy.Window;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A named size to measure operations at: layers of well-known networks, one row each of {@code
 * workloads.tsv} or of the file that {@value #FILE_PROPERTY} names.
 *
 * @param kind what can be measured at this size
 * @param name what {@code -p workload=} takes; {@code name@N} is the same with a batch of N
 * @param x shape of the input {@code [N, C, H, W]}
 * @param outputChannels K, of convolutions; 0 for pooling
 * @param window kernel, stride, padding and dilation
 * @param groups of convolutions
 */
public record Workload(
    Kind kind, String name, Shape x, int outputChannels, Window window, int groups) {

  /** The layers that have workloads, by their names in the file. */
  public enum Kind {
    /** Convolution. */
    CONV,
    /** Max pooling. */
    MAXPOOL,
    /** Average pooling. */
    AVGPOOL
  }

  /** System property with a file of other workloads, in the same columns. */
  public static final String FILE_PROPERTY = "convoy.workloads";

  private static final String RESOURCE = "workloads.tsv";
  private static final int COLUMNS = 13;

  private static List<Workload> loaded;

  /**
   * Every workload, in the file's order.
   *
   * @throws IllegalArgumentException if the file cannot be read or a row is wrong, with its line
   */
  public static synchronized List<Workload> all() {
    if (loaded == null) {
      loaded = load();
    }
    return loaded;
  }

  /**
   * The workload among these that has a name, or a name and a batch.
   *
   * @throws IllegalArgumentException if there is none, with the names there are
   */
  public static Workload named(String name, Collection<Workload> among) {
    int at = name.lastIndexOf('@');
    String base = at < 0 ? name : name.substring(0, at);
    for (Workload workload : among) {
      if (workload.name.equals(name)) {
        return workload;
      }
      if (at >= 0 && workload.name.equals(base)) {
        return workload.batch(batchOf(name, at));
      }
    }
    throw new IllegalArgumentException(
        "workload is \"%s\", must be one of %s"
            .formatted(name, String.join(", ", among.stream().map(Workload::name).toList())));
  }

  private static int batchOf(String name, int at) {
    String batch = name.substring(at + 1);
    if (!batch.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(
          "workload is \"%s\", must have a whole number of at least 1 after @".formatted(name));
    }
    return Integer.parseInt(batch);
  }

  /** This size with another batch, and a name that says so. */
  public Workload batch(int n) {
    Shape shape = Shape.of(n, x.c(), x.h(), x.w());
    return new Workload(kind, name + "@" + n, shape, outputChannels, window, groups);
  }

  /** Shape of a convolution's weights {@code [K, C/groups, kh, kw]}. */
  public Shape weights() {
    return Shape.of(outputChannels, x.c() / groups, window.kernelHeight(), window.kernelWidth());
  }

  private static List<Workload> load() {
    String file = System.getProperty(FILE_PROPERTY, "");
    try {
      if (!file.isEmpty()) {
        return read(file, Files.newBufferedReader(Path.of(file)));
      }
      InputStream in = Workload.class.getResourceAsStream(RESOURCE);
      return read(RESOURCE, new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "%s is %s, must be a file of workloads".formatted(FILE_PROPERTY, file), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  /**
   * Reads rows of tab-separated columns, as those of {@code workloads.tsv}; rows that begin with #
   * and empty ones are left out.
   *
   * @param file what errors call it
   * @throws IllegalArgumentException if a row is wrong or there is none
   */
  static List<Workload> read(String file, Reader source) throws IOException {
    List<Workload> workloads = new ArrayList<>();
    Set<String> names = new HashSet<>();
    try (BufferedReader lines = new BufferedReader(source)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        try {
          Workload workload = parse(line);
          if (!names.add(workload.name)) {
            throw new IllegalArgumentException("the name " + workload.name + " is there twice");
          }
          workloads.add(workload);
        } catch (IllegalArgumentException | ArithmeticException e) {
          throw new IllegalArgumentException(
              "%s, line %d: %s".formatted(file, number, e.getMessage()), e);
        }
      }
    }
    if (workloads.isEmpty()) {
      throw new IllegalArgumentException(file + " has no workload");
    }
    return List.copyOf(workloads);
  }

  private static Workload parse(String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length != COLUMNS) {
      throw new IllegalArgumentException(
          "%d columns, must be %d, separated by tabs".formatted(columns.length, COLUMNS));
    }
    int[] numbers = new int[COLUMNS];
    for (int i = 2; i < COLUMNS; i++) {
      numbers[i] = number(columns[i], i + 1);
    }
    Workload workload =
        new Workload(
            kind(columns[0]),
            name(columns[1]),
            Shape.of(numbers[2], numbers[3], numbers[4], numbers[5]),
            numbers[6],
            Window.of(numbers[7], numbers[8])
                .stride(numbers[9])
                .padding(numbers[10])
                .dilation(numbers[11]),
            numbers[12]);
    workload.operations().forEach(operation -> new Problem(operation, workload));
    return workload;
  }

  /** What can be timed at this size. */
  public List<Operation> operations() {
    return Operation.all().stream().filter(operation -> operation.accepts(this)).toList();
  }

  private static int number(String text, int column) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "column %d is \"%s\", must be a whole number".formatted(column, text), e);
    }
  }

  private static String name(String text) {
    if (!text.matches("[A-Za-z0-9_.-]+")) {
      throw new IllegalArgumentException(
          "the name is \"%s\", must be of letters, digits, '_', '.' and '-'".formatted(text));
    }
    return text;
  }

  private static Kind kind(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "the kind is \"%s\", must be one of conv, maxpool, avgpool".formatted(text));
  }
}
