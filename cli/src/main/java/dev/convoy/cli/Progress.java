package dev.convoy.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a piece of work is; closing it wipes it away. */
interface Progress extends AutoCloseable {
  /** Columns of a terminal's line: asking for them would load a library with native code. */
  int WIDTH = 79;

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
            .setConsumer(
                new DelegatingProgressBarConsumer(
                    text -> {
                      out.print("\r" + text);
                      out.flush();
                    },
                    WIDTH))
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
}
