package dev.convoy;

/**
 * An engine that was asked for cannot be had: there is none of that name, or it refused to start.
 * The message gives the reason and what to do; the cause, if there was one, is kept.
 */
public final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a reason that a person can act on. */
  public EngineUnavailableException(String message) {
    super(message);
  }

  /** With a reason that a person can act on, and what it came from. */
  public EngineUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
