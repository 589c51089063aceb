package dev.convoy.bench.report;

/** What went wrong, in words for the user: printed as one line, without a stack trace. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Failure(String message) {
    super(message);
  }

  Failure(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
