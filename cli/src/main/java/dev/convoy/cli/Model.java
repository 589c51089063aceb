package dev.convoy.cli;

import dev.convoy.Tensor;
import dev.convoy.nn.Parameter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network's parameters as a safetensors file, under PyTorch's names and in its layout. */
final class Model {
  /** The file in the folder of {@code --out} and {@code --model}. */
  static final String FILE = "model.safetensors";

  private Model() {}

  /** Writes parameters. */
  static void write(OutputStream out, List<Parameter> parameters) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
    Safetensors.write(out, tensors);
  }

  /**
   * Sets parameters to a file's.
   *
   * @throws Failure if the file cannot be read or has not exactly these tensors; then none is set
   */
  static void read(Path file, List<Parameter> parameters) {
    Map<String, Tensor> tensors = Safetensors.read(file);
    for (Parameter parameter : parameters) {
      check(file, parameter, tensors.get(parameter.name()));
    }
    if (tensors.size() != parameters.size()) {
      List<String> names = parameters.stream().map(Parameter::name).toList();
      tensors.keySet().removeAll(names);
      throw new Failure(
          "%s has %s beside this network's tensors %s".formatted(file, tensors.keySet(), names));
    }
    for (Parameter parameter : parameters) {
      parameter.value().segment().copyFrom(tensors.get(parameter.name()).segment());
    }
  }

  private static void check(Path file, Parameter parameter, Tensor found) {
    Tensor wanted = parameter.value();
    if (found == null) {
      throw new Failure("%s has no tensor %s".formatted(file, parameter.name()));
    }
    if (found.dtype() != wanted.dtype() || !found.shape().equals(wanted.shape())) {
      throw new Failure(
          "%s: tensor %s is %s %s, must be %s %s"
              .formatted(
                  file,
                  parameter.name(),
                  found.dtype(),
                  found.shape(),
                  wanted.dtype(),
                  wanted.shape()));
    }
  }
}
