package dev.convoy;

import java.util.Objects;

/**
 * What the arguments of each operation of {@link Engine} must be. A kernel reached with wrong ones
 * can crash the JVM, so every call passes here first.
 */
final class Arguments {
  private Arguments() {}

  static void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    Checks.input("x", x);
    Checks.input("w", w);
    Checks.optionalInput("b", b);
    Checks.output("y", y);
    Checks.sameType("w", w, "x", x);
    Checks.sameType("b", b, "x", x);
    Checks.sameType("y", y, "x", x);
    convolution(spec, x, "x", w, y, "y");
    Checks.shape("b", b, w.shape().n());
    Checks.apart("y", y, "x", x);
    Checks.apart("y", y, "w", w);
    Checks.apart("y", y, "b", b);
  }

  static void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx) {
    Checks.input("dy", dy);
    Checks.input("w", w);
    Checks.output("dx", dx);
    Checks.sameType("w", w, "dy", dy);
    Checks.sameType("dx", dx, "dy", dy);
    convolution(spec, dx, "dx", w, dy, "dy");
    Checks.apart("dx", dx, "dy", dy);
    Checks.apart("dx", dx, "w", w);
  }

  static void conv2dBackwardWeights(Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db) {
    Checks.input("x", x);
    Checks.input("dy", dy);
    Checks.output("dw", dw);
    Checks.sameType("dy", dy, "x", x);
    Checks.sameType("dw", dw, "x", x);
    convolution(spec, x, "x", dw, dy, "dy");
    biasGradient(dy, db);
    Checks.apart("dw", dw, "x", x);
    Checks.apart("dw", dw, "dy", dy);
    Checks.apart("dw", dw, "db", db);
    Checks.apart("db", db, "x", x);
  }

  static void conv2dBackwardBias(Tensor dy, Tensor db) {
    Checks.input("dy", dy);
    Checks.images("dy", dy.shape());
    Objects.requireNonNull(db, "db");
    biasGradient(dy, db);
  }

  static void convTranspose2d(ConvTranspose2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    Checks.input("x", x);
    Checks.input("w", w);
    Checks.optionalInput("b", b);
    Checks.output("y", y);
    Checks.sameType("w", w, "x", x);
    Checks.sameType("b", b, "x", x);
    Checks.sameType("y", y, "x", x);
    transposed(spec, x, w, "y", y);
    Checks.shape("b", b, y.shape().c());
    Checks.apart("y", y, "x", x);
    Checks.apart("y", y, "w", w);
    Checks.apart("y", y, "b", b);
  }

  static void convTranspose2dBackwardInput(
      ConvTranspose2dSpec spec, Tensor dy, Tensor w, Tensor dx) {
    Checks.input("dy", dy);
    Checks.input("w", w);
    Checks.output("dx", dx);
    Checks.sameType("w", w, "dy", dy);
    Checks.sameType("dx", dx, "dy", dy);
    transposed(spec, dx, w, "dy", dy);
    Checks.apart("dx", dx, "dy", dy);
    Checks.apart("dx", dx, "w", w);
  }

  static void convTranspose2dBackwardWeights(
      ConvTranspose2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db) {
    Checks.input("x", x);
    Checks.input("dy", dy);
    Checks.output("dw", dw);
    Checks.sameType("dy", dy, "x", x);
    Checks.sameType("dw", dw, "x", x);
    transposed(spec, x, dw, "dy", dy);
    biasGradient(dy, db);
    Checks.apart("dw", dw, "x", x);
    Checks.apart("dw", dw, "dy", dy);
    Checks.apart("dw", dw, "db", db);
    Checks.apart("db", db, "x", x);
  }

  static void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    Checks.input("x", x);
    Checks.output("y", y);
    Checks.sameType("y", y, "x", x);
    Checks.pooled(spec.window(), "x", x, "y", y);
    Checks.apart("y", y, "x", x);
    if (argmax != null) {
      Checks.argmax(spec.window(), x, argmax);
    }
  }

  static void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    if (spec.ties() != Ties.FIRST) {
      throw new IllegalArgumentException(
          "spec has Ties." + spec.ties() + ", whose backward takes x and y instead of an argmax");
    }
    Checks.input("dy", dy);
    Objects.requireNonNull(argmax, "argmax");
    Checks.output("dx", dx);
    Checks.sameType("dx", dx, "dy", dy);
    Checks.pooled(spec.window(), "dx", dx, "dy", dy);
    Checks.argmax(spec.window(), dx, argmax);
    if (!argmax.isFilled()) {
      throw new IllegalStateException(
          "argmax has no winners yet: give it to maxPool2d before maxPool2dBackward");
    }
    Checks.apart("dx", dx, "dy", dy);
  }

  static void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    if (spec.ties() != Ties.ALL) {
      throw new IllegalArgumentException(
          "spec has Ties." + spec.ties() + ", whose backward takes an argmax instead of x and y");
    }
    Checks.input("x", x);
    Checks.input("y", y);
    Checks.input("dy", dy);
    Checks.output("dx", dx);
    Checks.sameType("y", y, "x", x);
    Checks.sameType("dy", dy, "x", x);
    Checks.sameType("dx", dx, "x", x);
    Checks.pooled(spec.window(), "x", x, "y", y);
    Checks.sameShape("dy", dy, y.shape());
    Checks.sameShape("dx", dx, x.shape());
    Checks.apart("dx", dx, "x", x);
    Checks.apart("dx", dx, "y", y);
    Checks.apart("dx", dx, "dy", dy);
  }

  static void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    Checks.input("x", x);
    Checks.output("y", y);
    Checks.sameType("y", y, "x", x);
    Checks.pooled(spec.window(), "x", x, "y", y);
    Checks.apart("y", y, "x", x);
  }

  static void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    Checks.input("dy", dy);
    Checks.output("dx", dx);
    Checks.sameType("dx", dx, "dy", dy);
    Checks.pooled(spec.window(), "dx", dx, "dy", dy);
    Checks.apart("dx", dx, "dy", dy);
  }

  static void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    Checks.input("a", a);
    Checks.input("b", b);
    Checks.optionalInput("bias", bias);
    Checks.output("y", y);
    Checks.sameType("b", b, "a", a);
    Checks.sameType("bias", bias, "a", a);
    Checks.sameType("y", y, "a", a);
    Checks.matmulInputs(spec, a.shape(), b.shape());
    int rows = a.shape().dim(spec.transposeA() ? 1 : 0);
    int columns = b.shape().dim(spec.transposeB() ? 0 : 1);
    Checks.shape("y", y, rows, columns);
    Checks.shape("bias", bias, columns);
    if (bias != null && spec.accumulate()) {
      throw new IllegalArgumentException(
          "bias is given, must be null where the product accumulates");
    }
    Checks.apart("y", y, "a", a);
    Checks.apart("y", y, "b", b);
    Checks.apart("y", y, "bias", bias);
  }

  static void addBias(Tensor b, Tensor y) {
    Checks.input("b", b);
    Checks.output("y", y);
    Checks.sameType("b", b, "y", y);
    if (y.shape().rank() < 2) {
      throw new IllegalArgumentException("y has shape " + y.shape() + ", must be [N, C, …]");
    }
    Checks.shape("b", b, y.shape().dim(1));
    Checks.apart("y", y, "b", b);
  }

  static void relu(Tensor x, Tensor y) {
    Checks.input("x", x);
    Checks.output("y", y);
    Checks.sameType("y", y, "x", x);
    Checks.sameShape("y", y, x.shape());
    Checks.apartOrSame("y", y, "x", x);
  }

  static void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    Checks.input("y", y);
    Checks.input("dy", dy);
    Checks.output("dx", dx);
    Checks.sameType("dy", dy, "y", y);
    Checks.sameType("dx", dx, "y", y);
    Checks.sameShape("dy", dy, y.shape());
    Checks.sameShape("dx", dx, y.shape());
    Checks.apartOrSame("dx", dx, "dy", dy);
    Checks.apart("dx", dx, "y", y);
  }

  private static void transposed(
      ConvTranspose2dSpec spec, Tensor images, Tensor w, String outputName, Tensor outputs) {
    Shape x = images.shape();
    Checks.convTranspose2dInput(spec, x, w.shape());
    Checks.shape(
        outputName,
        outputs,
        x.n(),
        spec.outputChannels(w.shape()),
        spec.outputHeight(x),
        spec.outputWidth(x));
  }

  private static void biasGradient(Tensor dy, Tensor db) {
    if (db != null) {
      Checks.output("db", db);
      Checks.sameType("db", db, "dy", dy);
      Checks.shape("db", db, dy.shape().c());
      Checks.apart("db", db, "dy", dy);
    }
  }

  private static void convolution(
      Conv2dSpec spec, Tensor images, String name, Tensor w, Tensor outputs, String outputName) {
    Checks.images(name, images.shape());
    Checks.conv2dInput(spec, images.shape(), w.shape());
    Checks.shape(
        outputName,
        outputs,
        images.shape().n(),
        w.shape().n(),
        spec.window().outputHeight(images.shape().h()),
        spec.window().outputWidth(images.shape().w()));
  }
}
