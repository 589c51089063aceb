package dev.convoy.bench.rival.onednn;

import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.BackendProvider;
import java.util.Set;

/**
 * Makes {@code onednn}, which has all tensors in the layout that it likes best before the clock
 * starts; {@code onednn-reorders}, the same with images and gradients brought from NCHW into that
 * layout and back within the time; and {@code onednn-nchw}, which computes on NCHW.
 */
public final class OneDnnProvider implements BackendProvider {
  @Override
  public Set<String> names() {
    return Set.of("onednn", "onednn-reorders", "onednn-nchw");
  }

  @Override
  public Backend open(String name, int threads) {
    // JavaCPP would look up the process's memory in /proc whenever it makes a pointer.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    return new OneDnnBackend(name.equals("onednn-nchw"), name.equals("onednn-reorders"));
  }
}
