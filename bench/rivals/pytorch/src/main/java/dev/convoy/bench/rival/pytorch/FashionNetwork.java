package dev.convoy.bench.rival.pytorch;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The network of {@code convoy train}, its loss and its optimizer, in PyTorch. */
final class FashionNetwork {
  private static final double LEARNING_RATE = 1e-3;
  private static final double DROPOUT = 0.4;
  private static final long[] ONE = {1, 1};
  private static final long[] TWO = {2, 2};
  private static final long[] NONE = {0, 0};

  private final Tensor images;
  private final Tensor labels;
  private final TensorOptions options;
  private final torch.MemoryFormat format;
  private final Tensor[] weights;
  private final Tensor[] biases;
  private final Adam optimizer;

  FashionNetwork(Tensor images, int[] labels, TensorOptions options, torch.MemoryFormat format) {
    this.images = images;
    this.labels = Tensor.create(Arrays.stream(labels).asLongStream().toArray());
    this.options = options;
    this.format = format;
    weights =
        new Tensor[] {
          parameter(25, 32, 1, 5, 5),
          parameter(32 * 25, 64, 32, 5, 5),
          parameter(64 * 49, 1024, 64 * 49),
          parameter(1024, 10, 1024)
        };
    biases =
        new Tensor[] {
          parameter(25, 32), parameter(32 * 25, 64), parameter(64 * 49, 1024), parameter(1024, 10)
        };
    TensorVector all = new TensorVector();
    for (int layer = 0; layer < weights.length; layer++) {
      all.push_back(weights[layer]);
      all.push_back(biases[layer]);
    }
    optimizer = new Adam(all, new AdamOptions(LEARNING_RATE));
  }

  /** Uniform within 1/√inputs, as PyTorch's layers begin. */
  private Tensor parameter(int inputs, long... sizes) {
    double most = 1 / Math.sqrt(inputs);
    Tensor values = torch.rand(sizes, options).mul(new Scalar(2 * most)).sub(new Scalar(most));
    Tensor laidOut = sizes.length == 4 ? values.contiguous(format) : values;
    return laidOut.set_requires_grad(true);
  }

  /** One step; returns the loss before it. */
  double step() {
    try (PointerScope _ = new PointerScope()) {
      optimizer.zero_grad();
      Tensor first = pooled(convolution(images, 0));
      Tensor second = pooled(convolution(first, 1));
      Tensor flat = torch.flatten(second, 1, -1);
      Tensor hidden = torch.relu(dense(flat, 2));
      Tensor logits = dense(torch.dropout(hidden, DROPOUT, true), 3);
      Tensor loss = torch.cross_entropy_loss(logits, labels);
      loss.backward();
      optimizer.step();
      return loss.item().toDouble();
    }
  }

  private Tensor convolution(Tensor x, int layer) {
    TensorOptional bias = new TensorOptional(biases[layer]);
    return torch.relu(torch.conv2d(x, weights[layer], bias, ONE, TWO, ONE, 1));
  }

  private static Tensor pooled(Tensor x) {
    return torch.max_pool2d(x, TWO, TWO, NONE, ONE, false);
  }

  private Tensor dense(Tensor x, int layer) {
    return torch.linear(x, weights[layer], new TensorOptional(biases[layer]));
  }
}
