package dev.convoy.nn;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Window;

/** Networks ready to be trained. */
public final class Networks {
  private Networks() {}

  /**
   * The convolutional network of Fashion-MNIST's own benchmark (H. Xiao et al., "Fashion-MNIST: a
   * Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017): 5×5 convolutions to
   * 32 and 64 channels, each with 2×2 pooling, a dense layer of 1024, dropout of 0.4, and 10
   * classes. 3,274,634 parameters, named {@code conv1}, {@code conv2}, {@code fc1}, {@code fc2}.
   *
   * <p>Images {@code [N, 1, 28, 28]} to logits {@code [N, 10]}.
   *
   * @param engine what it computes on
   * @param seed of the initial values and of dropout
   * @param dtype type of images and parameters
   */
  public static Sequential fashion(Engine engine, long seed, DType dtype) {
    Layers layers = new Layers(engine, dtype, seed);
    Window five = Window.square(5).padding(2);
    Window halve = Window.square(2).stride(2);
    return Sequential.builder()
        .add("conv1", layers.conv2d(1, 32, five, Activation.RELU))
        .add("pool1", layers.maxPool2d(halve))
        .add("conv2", layers.conv2d(32, 64, five, Activation.RELU))
        .add("pool2", layers.maxPool2d(halve))
        .add("flatten", new Flatten())
        .add("fc1", layers.linear(64 * 7 * 7, 1024, Activation.RELU))
        .add("dropout", layers.dropout(0.4))
        .add("fc2", layers.linear(1024, 10, Activation.NONE))
        .build();
  }
}
