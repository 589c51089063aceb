package dev.convoy.bench.rival;

import dev.convoy.Tensor;
import java.util.List;

/** An operation made ready on one backend: what is timed is {@link #run} alone. */
public interface Task {
  /** Computes the results, into the same memory each time where the backend allows it. */
  void run();

  /**
   * What the last {@link #run} computed, dense and NCHW, in the order of {@link
   * dev.convoy.bench.work.Problem#results}.
   */
  List<Tensor> results();

  /** A task whose results are tensors that it writes to. */
  static Task of(Runnable run, Tensor... results) {
    List<Tensor> list = List.of(results);
    return new Task() {
      @Override
      public void run() {
        run.run();
      }

      @Override
      public List<Tensor> results() {
        return list;
      }
    };
  }
}
