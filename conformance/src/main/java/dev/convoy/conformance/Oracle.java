package dev.convoy.conformance;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.Window;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The cases of the oracle's files, whose answers PyTorch and NumPy have computed. */
final class Oracle {
  private Oracle() {}

  static Stream<Case> conv2d(DType dtype) {
    return entries("conv2d")
        .map(
            entry -> {
              Conv2dSpec spec =
                  Conv2dSpec.of(entry.window(entry.tensor("w"))).groups(entry.number("groups", 1));
              Case inner =
                  new Conv2dCase(
                      entry.name(),
                      dtype,
                      spec,
                      entry.tensor("x"),
                      entry.tensor("w"),
                      entry.tensor("b"),
                      entry.tensor("dy"));
              return new OracleCase(inner, entry.answers("y", "dx", "dw", "db"));
            });
  }

  static Stream<Case> convTranspose2d(DType dtype) {
    return entries("convtranspose2d")
        .map(
            entry -> {
              int[] extra = entry.pair("output_padding", 0);
              ConvTranspose2dSpec spec =
                  ConvTranspose2dSpec.of(entry.window(entry.tensor("w")))
                      .groups(entry.number("groups", 1))
                      .outputPadding(extra[0], extra[1]);
              Case inner =
                  new ConvTranspose2dCase(
                      entry.name(),
                      dtype,
                      spec,
                      entry.tensor("x"),
                      entry.tensor("w"),
                      entry.tensor("b"),
                      entry.tensor("dy"));
              return new OracleCase(inner, entry.answers("y", "dx", "dw", "db"));
            });
  }

  static Stream<Case> maxPool2d(DType dtype) {
    return entries("maxpool2d")
        .map(
            entry -> {
              Case inner =
                  new MaxPool2dCase(
                      entry.name(), dtype, entry.window(), entry.tensor("x"), entry.tensor("dy"));
              Map<String, Values> answers = entry.answers("y", "dx");
              answers.put("plane indices", entry.tensor("argmax"));
              return new OracleCase(inner, answers);
            });
  }

  static Stream<Case> avgPool2d(DType dtype) {
    return entries("avgpool2d")
        .map(
            entry -> {
              AvgPool2dSpec spec =
                  AvgPool2dSpec.of(entry.window())
                      .countIncludePad(entry.flag("count_include_pad"))
                      .divisorOverride(entry.number("divisor_override", 0));
              Case inner =
                  new AvgPool2dCase(
                      entry.name(), dtype, spec, entry.tensor("x"), entry.tensor("dy"));
              return new OracleCase(inner, entry.answers("y", "dx"));
            });
  }

  private static Stream<Entry> entries(String file) {
    SafeTensors tensors = SafeTensors.resource(file + ".safetensors.gz");
    return tensors.metadata().entrySet().stream()
        .map(
            entry ->
                new Entry(file, entry.getKey(), Json.object(entry.getValue()), tensors.tensors()));
  }

  /** One case of a file, with PyTorch's names and defaults of the attributes. */
  private record Entry(
      String file, String key, Map<String, Object> attributes, Map<String, Values> tensors) {

    String name() {
      return "oracle " + file + " " + key + " " + attributes;
    }

    /** One of this case's tensors, or null if it has no such. */
    Values tensor(String name) {
      return tensors.get(key + "." + name);
    }

    Map<String, Values> answers(String... names) {
      Map<String, Values> answers = new LinkedHashMap<>();
      Arrays.stream(names)
          .filter(name -> tensor(name) != null)
          .forEach(name -> answers.put(name, tensor(name)));
      return answers;
    }

    int number(String attribute, int missing) {
      Object value = attributes.get(attribute);
      return value == null ? missing : ((Long) value).intValue();
    }

    boolean flag(String attribute) {
      return (Boolean) attributes.getOrDefault(attribute, false);
    }

    int[] pair(String attribute, int missing) {
      Object value = attributes.get(attribute);
      return value == null ? new int[] {missing, missing} : SafeTensors.ints(value);
    }

    Window window() {
      int[] kernel = pair("kernel", 1);
      return window(kernel[0], kernel[1]);
    }

    Window window(Values weights) {
      return window(weights.shape().h(), weights.shape().w());
    }

    private Window window(int kernelHeight, int kernelWidth) {
      int[] strides = pair("strides", 1);
      int[] pads = SafeTensors.ints(attributes.get("pads"));
      int[] dilations = pair("dilations", 1);
      return Window.of(kernelHeight, kernelWidth)
          .stride(strides[0], strides[1])
          .padding(pads[0], pads[1], pads[2], pads[3])
          .dilation(dilations[0], dilations[1])
          .ceilMode(flag("ceil_mode"));
    }
  }
}
