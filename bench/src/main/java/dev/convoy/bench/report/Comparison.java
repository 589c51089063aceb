package dev.convoy.bench.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.inference.MannWhitneyUTest;

/**
 * What got faster or slower from one run to another. A benchmark did if its medians are more than
 * {@link #EFFECT} apart and the iterations' times, by the Mann-Whitney U test, are of one
 * distribution with a probability below {@link #PROBABILITY}: with five iterations each, if all of
 * one run are on one side of all of the other.
 */
final class Comparison {
  private static final double EFFECT = 0.05;
  private static final double PROBABILITY = 0.01;

  /**
   * One benchmark in both runs.
   *
   * @param ratio new median over old
   * @param beyond whether it is beyond the spread
   */
  record Change(Sample before, Sample after, double ratio, boolean beyond) {}

  private final List<Change> changes = new ArrayList<>();
  private final List<String> gone = new ArrayList<>();
  private final List<String> added = new ArrayList<>();

  Comparison(List<Sample> before, List<Sample> after) {
    Map<String, Sample> old = new LinkedHashMap<>();
    before.forEach(sample -> old.put(sample.key(), sample));
    for (Sample sample : after) {
      Sample was = old.remove(sample.key());
      if (was == null) {
        added.add(sample.key());
      } else {
        changes.add(change(was, sample));
      }
    }
    gone.addAll(old.keySet());
  }

  private static Change change(Sample before, Sample after) {
    double ratio = after.median() / before.median();
    boolean large = Math.max(ratio, 1 / ratio) > 1 + EFFECT;
    boolean beyond =
        large && new MannWhitneyUTest().mannWhitneyUTest(times(before), times(after)) < PROBABILITY;
    return new Change(before, after, ratio, beyond);
  }

  private static double[] times(Sample sample) {
    return sample.times().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Those that are slower beyond the spread, the worst first. */
  List<Change> slower() {
    return changes.stream()
        .filter(change -> change.beyond && change.ratio > 1)
        .sorted(Comparator.comparingDouble(Change::ratio).reversed())
        .toList();
  }

  /** Those that are faster beyond the spread, the best first. */
  List<Change> faster() {
    return changes.stream()
        .filter(change -> change.beyond && change.ratio < 1)
        .sorted(Comparator.comparingDouble(Change::ratio))
        .toList();
  }

  /** How many are in both runs. */
  int size() {
    return changes.size();
  }

  void print(PrintWriter out) {
    print(out, "Slower", slower());
    print(out, "Faster", faster());
    int same = changes.size() - slower().size() - faster().size();
    out.printf(
        "Within the spread: %d of %d (a change is beyond it if medians are more than %.0f %% apart"
            + " and Mann-Whitney's p is below %s)%n",
        same, changes.size(), 100 * EFFECT, PROBABILITY);
    gone.forEach(key -> out.println("Only in the old run: " + key));
    added.forEach(key -> out.println("Only in the new run: " + key));
  }

  private static void print(PrintWriter out, String title, List<Change> changes) {
    out.printf("%s: %d%n", title, changes.size());
    for (Change change : changes) {
      out.printf(
          "  %-32s %-44s %10.4f -> %10.4f ms  %5.2f x the time%n",
          change.before.benchmark(),
          String.join(" ", change.before.parameters().values()),
          change.before.median(),
          change.after.median(),
          change.ratio);
    }
  }
}
