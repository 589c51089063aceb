package dev.convoy.nn;

import dev.convoy.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Layers one after the other, PyTorch's {@code Sequential}, itself a layer. Parameters are named
 * {@code layer.parameter}, as in PyTorch's {@code state_dict}.
 *
 * <p>Where a layer refuses its input, the error says which.
 */
public final class Sequential implements Layer {
  private final String[] names;
  private final Layer[] layers;
  private final List<Parameter> parameters;

  /** The first layer with parameters: backward need not go further. */
  private final int first;

  private Sequential(Map<String, Layer> byName) {
    names = byName.keySet().toArray(String[]::new);
    layers = byName.values().toArray(Layer[]::new);
    parameters =
        byName.entrySet().stream()
            .flatMap(named -> named.getValue().parameters().stream().map(p -> p.of(named.getKey())))
            .toList();
    int trained = 0;
    while (trained < layers.length && layers[trained].parameters().isEmpty()) {
      trained++;
    }
    first = trained;
  }

  /** Layers named by their position from 0, as PyTorch does. */
  public static Sequential of(Layer... layers) {
    Builder builder = builder();
    for (int i = 0; i < layers.length; i++) {
      builder.add(Integer.toString(i), layers[i]);
    }
    return builder.build();
  }

  /** An empty network to add named layers to. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the layers of a {@link Sequential}. */
  public static final class Builder {
    private final Map<String, Layer> byName = new LinkedHashMap<>();
    private final Set<Layer> added = Collections.newSetFromMap(new IdentityHashMap<>());

    private Builder() {}

    /**
     * Adds a layer behind the others.
     *
     * @param name of this layer alone, without dots
     * @throws IllegalArgumentException if the name is taken or has a dot, or the layer is there
     *     already: it could remember only one of two forward passes
     */
    public Builder add(String name, Layer layer) {
      Objects.requireNonNull(layer, "layer");
      if (name.isEmpty() || name.indexOf('.') >= 0) {
        throw new IllegalArgumentException(
            "name is \"" + name + "\", must have a character and no dot");
      }
      if (byName.containsKey(name)) {
        throw new IllegalArgumentException("name is \"" + name + "\", which another layer has");
      }
      if (!added.add(layer)) {
        throw new IllegalArgumentException(
            "layer " + name + " is in this network already, must be one of its own");
      }
      byName.put(name, layer);
      return this;
    }

    /** The network of these layers. */
    public Sequential build() {
      return new Sequential(byName);
    }
  }

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    Tensor y = x;
    for (int i = 0; i < layers.length; i++) {
      try {
        y = layers[i].forward(y, mode);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("layer " + names[i] + ": " + e.getMessage(), e);
      }
    }
    return y;
  }

  @Override
  public Tensor backward(Tensor dy) {
    return backward(dy, 0);
  }

  @Override
  public void backwardParameters(Tensor dy) {
    if (first < layers.length) {
      layers[first].backwardParameters(backward(dy, first + 1));
    }
  }

  /** Through the layers from the last to this one. */
  private Tensor backward(Tensor dy, int last) {
    Tensor dx = dy;
    for (int i = layers.length - 1; i >= last; i--) {
      dx = layers[i].backward(dx);
    }
    return dx;
  }

  @Override
  public List<Parameter> parameters() {
    return parameters;
  }

  /** The layers with their names, one a line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < layers.length; i++) {
      text.append(names[i]).append(": ").append(layers[i]).append('\n');
    }
    return text.toString();
  }
}
