package dev.convoy.bench.rival;

import dev.convoy.bench.work.Problem;
import java.util.Map;

/** Something that computes what the benchmarks time. One process opens one and uses one thread. */
public interface Backend extends AutoCloseable {
  /** What it is made of here, in the order to be printed. */
  Map<String, String> details();

  /**
   * Makes an operation ready, with its inputs in the layout this backend is measured with.
   *
   * @throws UnsupportedOperationException if it has no such operation, with why
   */
  Task prepare(Problem problem);

  @Override
  void close();
}
