package dev.convoy.bench.rival.onnxruntime;

import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.BackendProvider;
import java.util.Set;

/** Makes {@code onnxruntime}. */
public final class OnnxRuntimeProvider implements BackendProvider {
  @Override
  public Set<String> names() {
    return Set.of("onnxruntime");
  }

  @Override
  public Backend open(String name, int threads) {
    return new OnnxRuntimeBackend(threads);
  }
}
