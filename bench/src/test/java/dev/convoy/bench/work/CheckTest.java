package dev.convoy.bench.work;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.work.Workload.Kind;
import dev.convoy.conformance.ReferenceConvolution;
import dev.convoy.conformance.ReferenceMath;
import dev.convoy.conformance.ReferencePooling;
import dev.convoy.conformance.Values;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The check accepts the conformance suite's answers and refuses any other. */
class CheckTest {
  private static final Window WINDOW = Window.of(3, 2).stride(2).padding(1).dilation(2, 1);

  @ParameterizedTest
  @EnumSource(names = "TRAINING_STEP", mode = EnumSource.Mode.EXCLUDE)
  void theReferenceIsRightAndEachSpoiltElementIsFound(Operation operation) {
    for (DType dtype : DType.values()) {
      Problem problem = new Problem(operation, size(operation), dtype);
      List<Tensor> right = reference(problem);
      Check.verify(problem, right);
      for (int r = 0; r < right.size(); r++) {
        for (int i = 0; i < right.get(r).shape().elements(); i++) {
          int result = r;
          int element = i;
          var e =
              assertThrows(
                  WrongAnswerException.class,
                  () -> Check.verify(problem, spoilt(problem, right, result, element)));
          assertTrue(e.getMessage().contains("element " + i + " of result " + r), e.getMessage());
        }
      }
    }
  }

  private static Workload size(Operation operation) {
    return switch (operation) {
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING, MAXPOOL_BACKWARD ->
          new Workload(Kind.MAXPOOL, "small", Shape.of(2, 4, 9, 7), 0, WINDOW, 1);
      case AVGPOOL_FORWARD, AVGPOOL_BACKWARD ->
          new Workload(Kind.AVGPOOL, "small", Shape.of(2, 4, 9, 7), 0, WINDOW, 1);
      case MATMUL -> new Workload(Kind.CONV, "small", Shape.of(2, 4, 9, 7), 6, WINDOW, 1);
      default -> new Workload(Kind.CONV, "small", Shape.of(2, 4, 9, 7), 6, WINDOW, 2);
    };
  }

  private static List<Tensor> spoilt(Problem problem, List<Tensor> right, int result, int element) {
    double[] values = right.get(result).toDoubleArray();
    values[element] += 0.01;
    List<Tensor> spoilt = new ArrayList<>(right);
    spoilt.set(result, Values.of(right.get(result).shape(), values).toTensor(problem.dtype()));
    return spoilt;
  }

  private static List<Tensor> reference(Problem p) {
    List<Values> values =
        switch (p.operation()) {
          case CONV_FORWARD ->
              List.of(
                  ReferenceConvolution.conv2d(
                      p.conv(), of(p.x()), of(p.w()), of(p.b()), p.yShape()));
          case CONV_BACKWARD_INPUT ->
              List.of(
                  ReferenceConvolution.conv2dBackwardInput(
                      p.conv(), of(p.dy()), of(p.w()), p.xShape()));
          case CONV_BACKWARD_WEIGHTS ->
              List.of(
                  ReferenceConvolution.conv2dBackwardWeights(
                      p.conv(), of(p.x()), of(p.dy()), p.wShape()),
                  ReferenceConvolution.conv2dBackwardBias(of(p.dy())));
          case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING ->
              List.of(
                  ReferencePooling.maxPool2d(
                      p.maxPool(), of(p.x()), ReferencePooling.argmax(p.maxPool(), of(p.x()))));
          case MAXPOOL_BACKWARD ->
              List.of(
                  ReferencePooling.maxPool2dBackward(
                      p.maxPool(),
                      of(p.dy()),
                      ReferencePooling.argmax(p.maxPool(), of(p.x())),
                      p.xShape()));
          case AVGPOOL_FORWARD -> List.of(ReferencePooling.avgPool2d(p.avgPool(), of(p.x())));
          case AVGPOOL_BACKWARD ->
              List.of(ReferencePooling.avgPool2dBackward(p.avgPool(), of(p.dy()), p.xShape()));
          case MATMUL ->
              List.of(ReferenceMath.matmul(MatmulSpec.PLAIN, of(p.x()), of(p.w()), null));
          case TRAINING_STEP -> throw new AssertionError();
        };
    return values.stream().map(value -> value.toTensor(p.dtype())).toList();
  }

  private static Values of(Tensor tensor) {
    return Values.of(tensor);
  }
}
