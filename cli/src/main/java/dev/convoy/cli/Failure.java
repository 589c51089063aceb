package dev.convoy.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong, in words for the user: printed as one line, without a stack trace. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message that names what is wrong, what it is and what it must be. */
  Failure(String message) {
    super(message);
  }

  /** The same, with what it came from. */
  Failure(String message, Throwable cause) {
    super(message, cause);
  }

  /** A file operation that failed: what could not be done, then why. */
  Failure(String message, IOException cause) {
    super(message + ": " + reason(cause), cause);
  }

  /** The JDK's messages for these are the bare path. */
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "a file is in the way";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
