package dev.convoy.bench.report;

import dev.convoy.bench.rival.Backends;
import dev.convoy.bench.rival.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All there is to say of one run.
 *
 * @param command that makes another such run
 * @param started when, in words
 * @param effort how each measurement was taken, in words
 */
record Run(
    String command,
    String started,
    String effort,
    Map<String, String> machine,
    Map<String, String> environment,
    List<Probe.Status> engines,
    List<Limits> limits,
    List<Row> rows,
    List<Refusal> refusals) {

  /** What is compared: one operation at one size, with the rows of all backends. */
  record Group(
      String benchmark, String title, String workload, int threads, String dtype, List<Row> rows) {

    /** The row of a backend. */
    Optional<Row> of(String engine) {
      return rows.stream().filter(row -> row.engine().equals(engine)).findFirst();
    }

    /**
     * The fastest rival. Reorders that are not counted make no rival of an engine: see the docs.
     */
    Optional<Row> bestRival() {
      return rows.stream()
          .filter(row -> Backends.rivals().contains(row.engine()))
          .min(Comparator.comparingDouble(Row::ms));
    }
  }

  /** The rows, put together for comparison, in their order. */
  List<Group> groups() {
    Map<List<Object>, Group> groups = new LinkedHashMap<>();
    for (Row row : rows) {
      groups
          .computeIfAbsent(
              List.of(row.benchmark(), row.workload(), row.threads(), row.dtype()),
              key ->
                  new Group(
                      row.benchmark(),
                      row.title(),
                      row.workload(),
                      row.threads(),
                      row.dtype(),
                      new ArrayList<>()))
          .rows()
          .add(row);
    }
    return List.copyOf(groups.values());
  }

  /** Convoy's engines that were measured. */
  List<String> ours() {
    return names(Backends.engines());
  }

  /** The rivals that were measured. */
  List<String> rivals() {
    return names(Backends.rivals());
  }

  private List<String> names(List<String> among) {
    return among.stream()
        .filter(name -> rows.stream().anyMatch(row -> row.engine().equals(name)))
        .toList();
  }
}
