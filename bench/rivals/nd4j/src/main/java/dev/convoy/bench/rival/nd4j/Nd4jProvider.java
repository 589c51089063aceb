package dev.convoy.bench.rival.nd4j;

import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.BackendProvider;
import java.util.Set;

/** Makes {@code nd4j}; OpenMP's number of threads is set before it is loaded. */
public final class Nd4jProvider implements BackendProvider {
  @Override
  public Set<String> names() {
    return Set.of("nd4j");
  }

  @Override
  public Backend open(String name, int threads) {
    return new Nd4jBackend(threads);
  }
}
