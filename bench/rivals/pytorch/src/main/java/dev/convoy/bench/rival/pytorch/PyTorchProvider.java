package dev.convoy.bench.rival.pytorch;

import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.BackendProvider;
import java.util.Set;

/** Makes {@code pytorch}, with dense NCHW tensors, and {@code pytorch-nhwc}, channels last. */
public final class PyTorchProvider implements BackendProvider {
  private static final String NHWC = "pytorch-nhwc";

  @Override
  public Set<String> names() {
    return Set.of("pytorch", NHWC);
  }

  @Override
  public Backend open(String name, int threads) {
    // JavaCPP would look up the process's memory in /proc whenever it makes a pointer.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    return new PyTorchBackend(name.equals(NHWC), threads);
  }
}
