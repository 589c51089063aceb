package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptimizerTest {
  /** More than one block, and no multiple of one. */
  private static final int MANY = 5001;

  /** A value of 1 that sees the gradients 0.5, -1 and 0.25, at every place of a tensor. */
  private static void assertPath(
      DType dtype, Function<List<Parameter>, Optimizer> optimizer, double... path) {
    Parameter parameter = new Parameter("w", Tensor.zeros(Shape.of(MANY), dtype));
    parameter.value().fill(1);
    Optimizer stepping = optimizer.apply(List.of(parameter));
    double[] gradients = {0.5, -1, 0.25};
    for (int step = 0; step < path.length; step++) {
      parameter.gradient().fill(gradients[step]);
      stepping.step();
      for (int i = 0; i < MANY; i++) {
        double tolerance = dtype == DType.F32 ? 2e-7 : 1e-15;
        assertEquals(path[step], Elements.get(parameter.value(), i), tolerance, "element " + i);
        assertEquals(gradients[step], Elements.get(parameter.gradient(), i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void sgdGoesAgainstTheGradient(DType dtype) {
    assertPath(dtype, parameters -> new Sgd(parameters, 0.1), 0.95, 1.05, 1.025);
  }

  @ParameterizedTest
  @EnumSource
  void sgdWithMomentumAddsWhatItDidBefore(DType dtype) {
    // m: 0.5, 0.9 · 0.5 - 1 = -0.55, 0.9 · -0.55 + 0.25 = -0.245
    assertPath(dtype, parameters -> new Sgd(parameters, 0.1, 0.9), 0.95, 1.005, 1.0295);
  }

  @ParameterizedTest
  @EnumSource
  void sgdWithWeightDecayAddsTheWeightToItsGradient(DType dtype) {
    // g: 0.5 + 0.2 · 1 = 0.7; -1 + 0.2 · 0.93 = -0.814; m: 0.7, 0.35 - 0.814 = -0.464
    assertPath(dtype, parameters -> new Sgd(parameters, 0.1, 0.5, 0.2), 0.93, 0.9764);
  }

  @ParameterizedTest
  @EnumSource
  void adamCorrectsTheBiasOfItsMeans(DType dtype) {
    // m: 0.05, -0.055, -0.0245; v: 0.00025, 0.00124975, 0.00131100025
    // m̂: 0.5, -0.055 / 0.19, -0.0245 / 0.271; v̂: 0.25, v / 0.001999, v / 0.002997001
    double first = 1 - 0.1 * 0.5 / (0.5 + 1e-8);
    double second = first + 0.1 * (0.055 / 0.19) / (Math.sqrt(0.00124975 / 0.001999) + 1e-8);
    double third =
        second + 0.1 * (0.0245 / 0.271) / (Math.sqrt(0.00131100025 / 0.002997001) + 1e-8);
    assertPath(dtype, parameters -> new Adam(parameters, 0.1), first, second, third);
  }

  @ParameterizedTest
  @EnumSource
  void adamTakesItsSettings(DType dtype) {
    // g = 0.5 + 0.5 · 1 = 1; m̂ = 1; v̂ = 1; w = 1 - 0.1 · 1 / (1 + 1)
    assertPath(dtype, parameters -> new Adam(parameters, 0.1, 0.5, 0.75, 1, 0.5), 0.95);
  }

  @Test
  void theLearningRateCanChangeBetweenSteps() {
    Parameter parameter = new Parameter("w", Tensor.of(Shape.of(1), 1.0));
    parameter.gradient().fill(1);
    Sgd sgd = new Sgd(List.of(parameter), 0.5);
    sgd.step();
    sgd.learningRate(0.125);
    sgd.step();
    assertEquals(0.125, sgd.learningRate());
    assertEquals(0.375, Elements.get(parameter.value(), 0));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    List<Parameter> parameters = List.of(new Parameter("w", Tensor.of(Shape.of(1), 1.0)));
    assertRefused("learningRate is -1.0,", () -> new Sgd(parameters, -1));
    assertRefused("learningRate is NaN,", () -> new Adam(parameters, Double.NaN));
    assertRefused("momentum is 1.0,", () -> new Sgd(parameters, 1, 1));
    assertRefused("weightDecay is Infinity,", () -> new Sgd(parameters, 1, 0, 1 / 0.0));
    assertRefused("beta1 is 1.0,", () -> new Adam(parameters, 1, 1, 0.9, 0, 0));
    assertRefused("beta2 is -0.1,", () -> new Adam(parameters, 1, 0.9, -0.1, 0, 0));
    assertRefused("epsilon is -1.0,", () -> new Adam(parameters, 1, 0.9, 0.9, -1, 0));
    assertRefused("parameters is empty,", () -> new Sgd(List.of(), 1));
  }

  private static void assertRefused(String message, Runnable construction) {
    String actual = assertThrows(IllegalArgumentException.class, construction::run).getMessage();
    assertEquals(message, actual.substring(0, Math.min(message.length(), actual.length())));
  }
}
