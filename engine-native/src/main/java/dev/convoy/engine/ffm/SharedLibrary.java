package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.convoy.EngineUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * One shared library, open for as long as the process lives. The only class that calls restricted
 * methods.
 */
@SuppressWarnings("restricted")
final class SharedLibrary {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final int RTLD_NOW = 2; // on Linux and macOS

  private final Path file;
  private final SymbolLookup symbols;

  private SharedLibrary(Path file, SymbolLookup symbols) {
    this.file = file;
    this.symbols = symbols;
  }

  /**
   * Opens a library with the dynamic linker rather than {@code System.load}, which refuses a file
   * that another class loader has loaded: an application that is deployed twice.
   *
   * @throws EngineUnavailableException with the dynamic linker's reason and what to do
   */
  static SharedLibrary open(Path file) {
    try {
      return new SharedLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()));
    } catch (IllegalArgumentException e) {
      throw LoadFailure.of(file, linkerReason(file, e), e);
    } catch (IllegalCallerException e) {
      throw LoadFailure.accessDenied(e);
    }
  }

  /** What the dynamic linker has against a file, which Java's exception does not say. */
  private static String linkerReason(Path file, IllegalArgumentException refusal) {
    SymbolLookup system = LINKER.defaultLookup();
    if (system.find("dlopen").isEmpty() || system.find("dlerror").isEmpty()) {
      return String.valueOf(refusal.getMessage());
    }
    MethodHandle dlopen =
        LINKER.downcallHandle(
            system.findOrThrow("dlopen"), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    MethodHandle dlerror =
        LINKER.downcallHandle(system.findOrThrow("dlerror"), FunctionDescriptor.of(ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString());
      MemorySegment handle = (MemorySegment) dlopen.invokeExact(path, RTLD_NOW);
      MemorySegment reason = (MemorySegment) dlerror.invokeExact();
      return handle.address() != 0 || reason.address() == 0
          ? String.valueOf(refusal.getMessage())
          : string(reason);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  Path file() {
    return file;
  }

  /** The address of a function, to be handed to other native code. */
  MemorySegment address(String function) {
    return symbols
        .find(function)
        .orElseThrow(
            () ->
                new EngineUnavailableException(
                    "%s has no function %s, so it is not the library it must be"
                        .formatted(file, function)));
  }

  /** A handle that calls a function. */
  MethodHandle handle(String function, FunctionDescriptor type) {
    return LINKER.downcallHandle(address(function), type);
  }

  /** What a function that takes nothing and returns a C string returns. */
  String text(String function) {
    try {
      return string((MemorySegment) handle(function, FunctionDescriptor.of(ADDRESS)).invokeExact());
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** What a function that takes nothing and returns an int returns. */
  int integer(String function) {
    try {
      return (int) handle(function, FunctionDescriptor.of(JAVA_INT)).invokeExact();
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** A C string that a function returned. */
  static String string(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /**
   * For the catch around a handle: {@code invokeExact} declares {@code Throwable}, but a downcall
   * throws nothing checked.
   */
  static RuntimeException rethrown(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      return e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("a downcall threw a checked exception", thrown);
  }
}
