package dev.convoy.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a piece of work is; closing it wipes it away. */
interface Progress extends AutoCloseable {
  /** More of the work is done. */
  void advance(int images);

  @Override
  default void close() {}

  /** Shows nothing: output that is not looked at while it is written. */
  Progress NONE = images -> {};

  /** A bar on a terminal, else nothing. */
  static Progress of(PrintWriter out, String task, int images) {
    return isTerminal() ? bar(out, task, images) : NONE;
  }

  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it can be null again, without a terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }

  /** A bar, whatever it is written to. */
  static Progress bar(PrintWriter out, String task, int images) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(images)
            .setUnit(" images", 1)
            .showSpeed(new DecimalFormat("0"))
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new Line(out))
            .clearDisplayOnFinish()
            .build();
    return new Progress() {
      @Override
      public void advance(int images) {
        bar.stepBy(images);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }

  /**
   * One line of a terminal, written again and again. The library's own would load a terminal
   * library with native code to learn the width, and leave the finished bar behind.
   */
  record Line(PrintWriter out) implements ProgressBarConsumer {
    private static final int WIDTH = 79;

    @Override
    public int getMaxRenderedLength() {
      return WIDTH;
    }

    @Override
    public void accept(String text) {
      out.print('\r');
      out.print(text);
      out.flush();
    }

    @Override
    public void close() {
      out.flush();
    }
  }
}
