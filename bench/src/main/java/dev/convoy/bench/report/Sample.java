package dev.convoy.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line of JMH's JSON: a benchmark with its parameters, and the average time of each iteration.
 *
 * @param benchmark class and method
 * @param parameters engine, workload, threads, dtype and what else there is
 * @param times milliseconds, one for each iteration of each fork
 */
record Sample(String benchmark, Map<String, String> parameters, List<Double> times) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a file that JMH wrote with {@code -rf json}.
   *
   * @throws Failure if it is none
   */
  static List<Sample> read(Path file) {
    JsonNode root;
    try {
      root = JSON.readTree(file.toFile());
    } catch (FileNotFoundException e) {
      throw new Failure(file + " is not there, must be a file of results in JMH's JSON");
    } catch (IOException e) {
      throw new Failure(file + " is not JSON", e);
    }
    if (root == null || !root.isArray()) {
      throw new Failure(file + " is not JMH's JSON: it has no list of results");
    }
    List<Sample> samples = new ArrayList<>();
    for (JsonNode result : root) {
      JsonNode metric = result.path("primaryMetric");
      if (!"ms/op".equals(metric.path("scoreUnit").asText())) {
        throw new Failure(
            "%s has a result in \"%s\", must be in ms/op: JMH's average time"
                .formatted(file, metric.path("scoreUnit").asText()));
      }
      Map<String, String> parameters = new TreeMap<>();
      result
          .path("params")
          .properties()
          .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asText()));
      String name = result.path("benchmark").asText();
      int method = name.lastIndexOf('.');
      samples.add(
          new Sample(
              name.substring(name.lastIndexOf('.', method - 1) + 1),
              parameters,
              times(metric.path("rawData"))));
    }
    return samples;
  }

  private static List<Double> times(JsonNode forks) {
    List<Double> times = new ArrayList<>();
    for (JsonNode fork : forks) {
      for (JsonNode time : fork) {
        times.add(time.asDouble());
      }
    }
    return times;
  }

  /** Whether it times an operation, and not one of the machine's limits. */
  boolean isOperation() {
    return parameters.containsKey("engine");
  }

  String engine() {
    return parameters.get("engine");
  }

  String workload() {
    return parameters.get("workload");
  }

  int threads() {
    return Integer.parseInt(parameters.get("threads"));
  }

  String dtype() {
    return parameters.getOrDefault("dtype", "");
  }

  /** The middle of the iterations, which one slow iteration does not move. */
  double median() {
    List<Double> sorted = times.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double fastest() {
    return Collections.min(times);
  }

  double slowest() {
    return Collections.max(times);
  }

  /** Benchmark and parameters: what is the same in two runs. */
  String key() {
    return benchmark + " " + parameters;
  }
}
