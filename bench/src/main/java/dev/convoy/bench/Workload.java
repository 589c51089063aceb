package dev.convoy.bench;

import static java.util.stream.Collectors.joining;

import dev.convoy.Shape;
import dev.convoy.Window;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * A named size to measure an operation at: layers of well-known networks, one row each of {@code
 * workloads.tsv}.
 *
 * @param operation what is measured at this size
 * @param name what {@code -p workload=} takes
 * @param x shape of the input {@code [N, C, H, W]}
 * @param outputChannels K, of convolutions; 0 for pooling
 * @param window kernel, stride, padding and dilation
 * @param groups of convolutions
 */
record Workload(
    Operation operation, String name, Shape x, int outputChannels, Window window, int groups) {

  /** The operations that have workloads, by their names in the file. */
  enum Operation {
    CONV,
    MAXPOOL,
    AVGPOOL
  }

  private static final String FILE = "workloads.tsv";
  private static final int COLUMNS = 13;
  private static final List<Workload> ALL = load();

  /** Every workload, in the file's order. */
  static List<Workload> all() {
    return ALL;
  }

  /**
   * The workload of an operation that has this name.
   *
   * @throws IllegalArgumentException if there is none, with the names there are
   */
  static Workload named(Operation operation, String name) {
    return find(name, workload -> workload.operation == operation);
  }

  /**
   * Checks that some operation has a workload of this name.
   *
   * @throws IllegalArgumentException if none has, with the names there are
   */
  static void requireKnown(String name) {
    find(name, workload -> true);
  }

  private static Workload find(String name, Predicate<Workload> eligible) {
    List<Workload> candidates = ALL.stream().filter(eligible).toList();
    return candidates.stream()
        .filter(workload -> workload.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "workload is \"%s\", must be one of %s"
                        .formatted(
                            name, candidates.stream().map(Workload::name).collect(joining(", ")))));
  }

  /** Shape of a convolution's weights {@code [K, C/groups, kh, kw]}. */
  Shape weights() {
    return Shape.of(outputChannels, x.c() / groups, window.kernelHeight(), window.kernelWidth());
  }

  private static List<Workload> load() {
    try (InputStream in = Workload.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> !line.startsWith("#")).map(Workload::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Workload parse(String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length != COLUMNS) {
      throw new IllegalStateException(
          "%s has a row of %d columns, must have %d: %s"
              .formatted(FILE, columns.length, COLUMNS, line));
    }
    int[] numbers = new int[COLUMNS];
    for (int i = 2; i < COLUMNS; i++) {
      numbers[i] = Integer.parseInt(columns[i]);
    }
    return new Workload(
        Operation.valueOf(columns[0].toUpperCase(Locale.ROOT)),
        columns[1],
        Shape.of(numbers[2], numbers[3], numbers[4], numbers[5]),
        numbers[6],
        Window.of(numbers[7], numbers[8])
            .stride(numbers[9])
            .padding(numbers[10])
            .dilation(numbers[11]),
        numbers[12]);
  }
}
