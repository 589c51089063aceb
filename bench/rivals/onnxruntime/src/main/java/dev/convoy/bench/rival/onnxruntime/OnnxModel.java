package dev.convoy.bench.rival.onnxruntime;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** An ONNX model of one node; numbers of fields and types are those of {@code onnx.proto}. */
final class OnnxModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;
  private static final int DOUBLE = 11;
  private static final int INT64 = 7;
  private static final int INT_ATTRIBUTE = 2;
  private static final int INTS_ATTRIBUTE = 7;

  private final Protobuf node = new Protobuf();
  private final Protobuf graph = new Protobuf();
  private final int type;

  OnnxModel(String operation, DType dtype, List<String> inputs, List<String> outputs) {
    type = dtype == DType.F32 ? FLOAT : DOUBLE;
    inputs.forEach(name -> node.text(1, name));
    outputs.forEach(name -> node.text(2, name));
    node.text(4, operation);
  }

  OnnxModel attribute(String name, long value) {
    node.message(5, new Protobuf().text(1, name).number(3, value).number(20, INT_ATTRIBUTE));
    return this;
  }

  OnnxModel attribute(String name, long... values) {
    Protobuf attribute = new Protobuf().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    node.message(5, attribute.number(20, INTS_ATTRIBUTE));
    return this;
  }

  /** A constant, as a network's weights are. */
  OnnxModel constant(String name, Tensor tensor) {
    Protobuf proto = new Protobuf();
    for (int axis = 0; axis < tensor.shape().rank(); axis++) {
      proto.number(1, tensor.shape().dim(axis));
    }
    proto.number(2, type).text(8, name);
    proto.bytes(9, tensor.segment().toArray(ValueLayout.JAVA_BYTE));
    graph.message(5, proto);
    return this;
  }

  OnnxModel input(String name, Shape shape) {
    graph.message(11, value(name, type, shape));
    return this;
  }

  OnnxModel output(String name, Shape shape) {
    graph.message(12, value(name, type, shape));
    return this;
  }

  OnnxModel indices(String name, Shape shape) {
    graph.message(12, value(name, INT64, shape));
    return this;
  }

  private static Protobuf value(String name, int type, Shape shape) {
    Protobuf sizes = new Protobuf();
    for (int axis = 0; axis < shape.rank(); axis++) {
      sizes.message(1, new Protobuf().number(1, shape.dim(axis)));
    }
    Protobuf tensor = new Protobuf().number(1, type).message(2, sizes);
    return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
  }

  byte[] toByteArray() {
    graph.message(1, node).text(2, "benchmark");
    return new Protobuf()
        .number(1, IR_VERSION)
        .message(7, graph)
        .message(8, new Protobuf().text(1, "").number(2, OPSET))
        .toByteArray();
  }
}
