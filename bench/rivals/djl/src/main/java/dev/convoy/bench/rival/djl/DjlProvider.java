package dev.convoy.bench.rival.djl;

import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.BackendProvider;
import java.util.Set;

/** Makes {@code djl-pytorch}: DJL on the PyTorch that is in its jars, never downloaded by it. */
public final class DjlProvider implements BackendProvider {
  @Override
  public Set<String> names() {
    return Set.of("djl-pytorch");
  }

  @Override
  public Backend open(String name, int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    return new DjlBackend(threads);
  }
}
