package dev.convoy.bench.work;

/** An engine's result is not that of the definition; it must not be timed. */
public final class WrongAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what was computed, what it is and what it must be. */
  public WrongAnswerException(String message) {
    super(message);
  }
}
