package dev.convoy.bench.rival.onednn;

import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.bench.rival.Task;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/** A primitive with its memory, and the reorders into and out of the primitive's layouts. */
final class OneDnnTask implements Task {
  private final engine processor;
  private final stream queue;
  private final boolean reorders;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final List<Move> before = new ArrayList<>();
  private final List<Move> after = new ArrayList<>();
  private final List<Tensor> inputs = new ArrayList<>(); // whose memory goes with them
  private final List<Tensor> results = new ArrayList<>();
  private primitive computation;

  /** A reorder, and what it is from and to. */
  private record Move(reorder work, memory from, memory to) {
    Move(memory from, memory to) {
      this(new reorder(from, to), from, to);
    }

    void run(stream queue) {
      work.execute(queue, from, to);
    }
  }

  /** Memory of Convoy's, by its address. */
  private static final class Address extends Pointer {
    Address(Tensor tensor) {
      address = tensor.segment().address();
    }
  }

  /**
   * A task.
   *
   * @param reorders whether those of images and gradients are part of each run
   */
  OneDnnTask(engine processor, stream queue, boolean reorders) {
    this.processor = processor;
    this.queue = queue;
    this.reorders = reorders;
  }

  /** An input that is reordered once, and if reorders count, in each run. */
  OneDnnTask input(int argument, memory.desc plain, memory.desc liked, Tensor tensor) {
    Move move = move(argument, plain, liked, tensor);
    if (reorders) {
      before.add(move);
      inputs.add(tensor);
    }
    return this;
  }

  /** An input that is reordered once, whatever counts: weights. */
  OneDnnTask constant(int argument, memory.desc plain, memory.desc liked, Tensor tensor) {
    Move _ = move(argument, plain, liked, tensor);
    return this;
  }

  private Move move(int argument, memory.desc plain, memory.desc liked, Tensor tensor) {
    memory own = new memory(liked, processor);
    Move move = new Move(new memory(plain, processor, new Address(tensor)), own);
    move.run(queue);
    queue._wait();
    arguments.put(argument, own);
    return move;
  }

  /** A result, whose reordering counts if reorders do. */
  OneDnnTask output(int argument, memory.desc plain, memory.desc liked, Shape shape) {
    Tensor result = Tensor.zeros(shape, dev.convoy.DType.F32);
    memory own = new memory(liked, processor);
    arguments.put(argument, own);
    after.add(new Move(own, new memory(plain, processor, new Address(result))));
    results.add(result);
    return this;
  }

  /** Memory that is neither given nor asked for. */
  OneDnnTask other(int argument, memory area) {
    arguments.put(argument, area);
    return this;
  }

  /** What computes. */
  OneDnnTask with(primitive computing) {
    computation = computing;
    return this;
  }

  @Override
  public void run() {
    for (Move move : before) {
      move.run(queue);
    }
    computation.execute(queue, arguments);
    if (reorders) {
      for (Move move : after) {
        move.run(queue);
      }
    }
    queue._wait();
  }

  @Override
  public List<Tensor> results() {
    for (Move move : after) {
      move.run(queue);
    }
    queue._wait();
    return results;
  }
}
