package dev.convoy.bench.report;

import dev.convoy.bench.work.Catalog;
import java.util.Map;

/**
 * What was not measured.
 *
 * @param benchmark class and method, or * for all
 * @param parameters the engine, and what else it is about
 * @param reason why
 */
record Refusal(String benchmark, Map<String, String> parameters, String reason) {
  static String shortName(String benchmark) {
    return Catalog.shortName(benchmark);
  }

  String engine() {
    return parameters.getOrDefault("engine", "");
  }
}
