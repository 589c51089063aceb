package dev.convoy.nn;

import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors seen under another shape, remembered: layers give the same few tensors again and again,
 * one for each batch size.
 */
final class Views {
  /** Views remembered, few because they keep memory alive that may be a caller's. */
  private static final int MOST = 8;

  private record View(Tensor tensor, Tensor view) {}

  private final List<View> views = new ArrayList<>();

  /** The view of this very tensor, or null if there is none yet. */
  Tensor find(Tensor tensor) {
    for (int i = 0; i < views.size(); i++) {
      if (views.get(i).tensor == tensor) {
        return views.get(i).view;
      }
    }
    return null;
  }

  /** Makes and remembers a view. */
  Tensor add(Tensor tensor, Shape shape) {
    Tensor view = tensor.reshape(shape);
    if (views.size() == MOST) {
      views.clear();
    }
    views.add(new View(tensor, view));
    return view;
  }
}
