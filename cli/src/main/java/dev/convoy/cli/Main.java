package dev.convoy.cli;

import dev.convoy.EngineUnavailableException;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code convoy}. */
@Command(
    name = "convoy",
    description = "Trains and runs a convolutional network on the fastest engine of this machine.",
    versionProvider = Version.class,
    subcommands = {
      TrainCommand.class,
      PredictCommand.class,
      CompareCommand.class,
      EnginesCommand.class
    },
    footer = {
      "",
      "The launcher runs two more:",
      "  bench    Measures the engines (JMH); takes JMH's options.",
      "  test     Builds everything and runs every test; takes Maven's options.",
      "",
      "Exit code: 0 done, 1 failed, 2 wrong arguments."
    })
@SuppressWarnings("UnusedVariable") // options that picocli reads
public final class Main implements Runnable {
  private static final String VERBOSE = "--verbose";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.",
      scope = ScopeType.INHERIT)
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  private boolean version;

  @Option(
      names = VERBOSE,
      description = "With an error, also shows where in the program it came from.",
      scope = ScopeType.INHERIT)
  private boolean verbose;

  @Spec private CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // numbers alike everywhere, for whatever reads them
    System.exit(run(commandLine(), args));
  }

  /** Runs a command; errors become one line and an exit code. */
  static int run(CommandLine commandLine, String... args) {
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      report(commandLine, "not enough memory, try a smaller --batch: " + e.getMessage(), e);
    } catch (Error e) {
      report(commandLine, internal(e), e);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler(Main::wrongArguments)
        .setExecutionExceptionHandler(Main::failed);
  }

  private static int wrongArguments(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    report(command, message(e), e);
    command.getErr().println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static String message(ParameterException e) {
    CommandLine command = e.getCommandLine();
    return e instanceof UnmatchedArgumentException unmatched && !command.getSubcommands().isEmpty()
        ? "the command is '%s', must be one of %s"
            .formatted(unmatched.getUnmatched().getFirst(), command.getSubcommands().keySet())
        : e.getMessage();
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    boolean expected = e instanceof Failure || e instanceof EngineUnavailableException;
    report(command, expected ? e.getMessage() : internal(e), e);
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String internal(Throwable e) {
    return "internal error (" + VERBOSE + " shows where): " + e;
  }

  private static void report(CommandLine command, String message, Throwable e) {
    PrintWriter err = command.getErr();
    err.println("convoy: " + message);
    if (isVerbose(command)) {
      e.printStackTrace(err);
    }
    err.flush();
  }

  /** Whether a command was given {@code --verbose}. */
  static boolean isVerbose(CommandLine command) {
    return ((Main) command.getCommandSpec().root().userObject()).verbose;
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command was given");
  }
}
