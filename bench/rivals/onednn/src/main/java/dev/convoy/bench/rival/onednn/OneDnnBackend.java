package dev.convoy.bench.rival.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.work.Operation;
import dev.convoy.bench.work.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.stream;

/** oneDNN's primitives, made once; OpenMP's number of threads is set before it is loaded. */
final class OneDnnBackend implements Backend {
  /** Pooling has no layout it asks for; these are the ones it is optimised for. */
  private static final List<memory.format_tag> POOLED =
      List.of(memory.format_tag.aBcd16b, memory.format_tag.aBcd8b, memory.format_tag.acdb);

  private static final int TRIALS = 5;

  private final boolean nchw;
  private final boolean reorders;
  private final engine processor = new engine(org.bytedeco.dnnl.engine.kind.cpu, 0);
  private final stream queue = new stream(processor);

  OneDnnBackend(boolean nchw, boolean reorders) {
    this.nchw = nchw;
    this.reorders = reorders;
  }

  @Override
  public Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    dnnl_version_t version = dnnl.dnnl_version();
    details.put("version", version.major() + "." + version.minor() + "." + version.patch());
    details.put(
        "layout",
        nchw ? "NCHW" : reorders ? "its own, reorders timed" : "its own, reorders not timed");
    details.put("instructions", dnnl.get_effective_cpu_isa().intern().name());
    return details;
  }

  @Override
  public Task prepare(Problem problem) {
    if (problem.dtype() != DType.F32) {
      throw new UnsupportedOperationException("oneDNN has no F64 on processors");
    }
    return switch (problem.operation()) {
      case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS -> convolution(problem);
      case MATMUL -> product(problem);
      case TRAINING_STEP ->
          throw new UnsupportedOperationException("oneDNN is primitives, no training");
      default -> pooling(problem);
    };
  }

  private static memory.desc desc(long[] sizes, memory.format_tag tag) {
    return new memory.desc(sizes, memory.data_type.f32, tag);
  }

  private static long[] sizes(Shape shape) {
    long[] sizes = new long[shape.rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = shape.dim(axis);
    }
    return sizes;
  }

  private static memory.desc plain(Shape shape) {
    return desc(
        sizes(shape),
        switch (shape.rank()) {
          case 1 -> memory.format_tag.a;
          case 2 -> memory.format_tag.ab;
          default -> memory.format_tag.abcd;
        });
  }

  // ---- Convolution ----

  private Task convolution(Problem problem) {
    Window window = problem.workload().window();
    memory.format_tag own = nchw ? memory.format_tag.abcd : memory.format_tag.any;
    memory.desc x = desc(sizes(problem.xShape()), own);
    memory.desc y = desc(sizes(problem.yShape()), own);
    memory.desc b = plain(Shape.of(problem.workload().outputChannels()));
    long[] grouped = weights(problem);
    boolean groups = grouped.length == 5;
    memory.desc w = desc(grouped, memory.format_tag.any);
    memory.desc plainW = desc(grouped, groups ? memory.format_tag.abcde : memory.format_tag.abcd);
    memory.desc plainX = plain(problem.xShape());
    memory.desc plainY = plain(problem.yShape());
    long[] stride = {window.strideHeight(), window.strideWidth()};
    long[] dilation = {window.dilationHeight() - 1, window.dilationWidth() - 1};
    long[] before = {window.padTop(), window.padLeft()};
    long[] after = {window.padBottom(), window.padRight()};
    var method = dnnl.algorithm.convolution_auto;
    var kind =
        problem.operation() == Operation.CONV_FORWARD
            ? dnnl.prop_kind.forward_inference
            : dnnl.prop_kind.forward_training;
    var forward =
        new convolution_forward.primitive_desc(
            processor, kind, method, x, w, b, y, stride, dilation, before, after);
    OneDnnTask task = new OneDnnTask(processor, queue, reorders);
    return switch (problem.operation()) {
      case CONV_FORWARD ->
          task.input(DNNL_ARG_SRC, plainX, forward.src_desc(), problem.x())
              .constant(DNNL_ARG_WEIGHTS, plainW, forward.weights_desc(), problem.w())
              .constant(DNNL_ARG_BIAS, b, b, problem.b())
              .output(DNNL_ARG_DST, plainY, forward.dst_desc(), problem.yShape())
              .with(new convolution_forward(forward));
      case CONV_BACKWARD_INPUT -> {
        var backward =
            new convolution_backward_data.primitive_desc(
                processor, method, x, w, y, stride, dilation, before, after, forward);
        yield task.input(DNNL_ARG_DIFF_DST, plainY, backward.diff_dst_desc(), problem.dy())
            .constant(DNNL_ARG_WEIGHTS, plainW, backward.weights_desc(), problem.w())
            .output(DNNL_ARG_DIFF_SRC, plainX, backward.diff_src_desc(), problem.xShape())
            .with(new convolution_backward_data(backward));
      }
      default -> {
        var backward =
            new convolution_backward_weights.primitive_desc(
                processor, method, x, w, b, y, stride, dilation, before, after, forward);
        yield task.input(DNNL_ARG_SRC, plainX, backward.src_desc(), problem.x())
            .input(DNNL_ARG_DIFF_DST, plainY, backward.diff_dst_desc(), problem.dy())
            .output(DNNL_ARG_DIFF_WEIGHTS, plainW, backward.diff_weights_desc(), problem.wShape())
            .output(DNNL_ARG_DIFF_BIAS, b, b, Shape.of(problem.workload().outputChannels()))
            .with(new convolution_backward_weights(backward));
      }
    };
  }

  /** {@code [K, C, kh, kw]}, or with groups {@code [groups, K/groups, C/groups, kh, kw]}. */
  private static long[] weights(Problem problem) {
    long[] sizes = sizes(problem.wShape());
    int groups = problem.workload().groups();
    return groups == 1
        ? sizes
        : new long[] {groups, sizes[0] / groups, sizes[1], sizes[2], sizes[3]};
  }

  // ---- Pooling ----

  /** In NCHW, or in the layout that turns out fastest here. */
  private Task pooling(Problem problem) {
    if (nchw) {
      return pooling(problem, memory.format_tag.abcd);
    }
    Task best = null;
    long least = Long.MAX_VALUE;
    for (memory.format_tag tag : POOLED) {
      Task task = pooling(problem, tag);
      for (int trial = 0; trial < TRIALS; trial++) {
        long start = System.nanoTime();
        task.run();
        long time = System.nanoTime() - start;
        if (trial > 0 && time < least) {
          least = time;
          best = task;
        }
      }
    }
    return best;
  }

  private Task pooling(Problem problem, memory.format_tag tag) {
    Window window = problem.workload().window();
    memory.desc x = desc(sizes(problem.xShape()), tag);
    memory.desc y = desc(sizes(problem.yShape()), tag);
    memory.desc plainX = plain(problem.xShape());
    memory.desc plainY = plain(problem.yShape());
    long[] stride = {window.strideHeight(), window.strideWidth()};
    long[] kernel = {window.kernelHeight(), window.kernelWidth()};
    long[] dilation = {window.dilationHeight() - 1, window.dilationWidth() - 1};
    long[] before = {window.padTop(), window.padLeft()};
    long[] after = {window.padBottom(), window.padRight()};
    boolean average =
        problem.operation() == Operation.AVGPOOL_FORWARD
            || problem.operation() == Operation.AVGPOOL_BACKWARD;
    var method = average ? dnnl.algorithm.pooling_avg_exclude_padding : dnnl.algorithm.pooling_max;
    boolean inference =
        problem.operation() == Operation.MAXPOOL_FORWARD
            || problem.operation() == Operation.AVGPOOL_FORWARD;
    var kind = inference ? dnnl.prop_kind.forward_inference : dnnl.prop_kind.forward_training;
    var forward =
        new pooling_forward.primitive_desc(
            processor, kind, method, x, y, stride, kernel, dilation, before, after);
    OneDnnTask pool =
        new OneDnnTask(processor, queue, reorders)
            .input(DNNL_ARG_SRC, plainX, x, problem.x())
            .output(DNNL_ARG_DST, plainY, y, problem.yShape())
            .with(new pooling_forward(forward));
    boolean winners = !inference && !average;
    memory workspace = winners ? new memory(forward.workspace_desc(), processor) : null;
    if (winners) {
      pool.other(DNNL_ARG_WORKSPACE, workspace);
    }
    if (problem.operation() != Operation.MAXPOOL_BACKWARD
        && problem.operation() != Operation.AVGPOOL_BACKWARD) {
      return pool;
    }
    pool.run();
    var backward =
        new pooling_backward.primitive_desc(
            processor, method, x, y, stride, kernel, dilation, before, after, forward);
    OneDnnTask task =
        new OneDnnTask(processor, queue, reorders)
            .input(DNNL_ARG_DIFF_DST, plainY, y, problem.dy())
            .output(DNNL_ARG_DIFF_SRC, plainX, x, problem.xShape())
            .with(new pooling_backward(backward));
    return winners ? task.other(DNNL_ARG_WORKSPACE, workspace) : task;
  }

  // ---- Matrix product ----

  private Task product(Problem problem) {
    var own = nchw ? memory.format_tag.ab : memory.format_tag.any;
    var product =
        new matmul.primitive_desc(
            processor,
            desc(sizes(problem.xShape()), own),
            desc(sizes(problem.wShape()), own),
            desc(sizes(problem.yShape()), own));
    return new OneDnnTask(processor, queue, reorders)
        .input(DNNL_ARG_SRC, plain(problem.xShape()), product.src_desc(), problem.x())
        .input(DNNL_ARG_WEIGHTS, plain(problem.wShape()), product.weights_desc(), problem.w())
        .output(DNNL_ARG_DST, plain(problem.yShape()), product.dst_desc(), problem.yShape())
        .with(new matmul(product));
  }

  @Override
  public void close() {}
}
