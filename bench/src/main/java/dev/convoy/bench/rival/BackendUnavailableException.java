package dev.convoy.bench.rival;

/** A backend cannot run here: with why, and what to do where something can be done. */
public final class BackendUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Without a cause. */
  public BackendUnavailableException(String message) {
    super(message);
  }

  /** With what it came from. */
  public BackendUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
