package dev.convoy.bench.rival;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What is asked of the C library before a backend's libraries are loaded. */
@SuppressWarnings("restricted")
final class Libc {
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_MAX = -4;
  private static final int GIBIBYTE = 1 << 30;

  private Libc() {}

  /**
   * Sets an environment variable of this process, as libraries see it: OpenMP reads its number of
   * threads when it is loaded and at no other time.
   */
  static void setEnvironment(String name, String value) {
    MethodHandle setenv =
        find("setenv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT))
            .orElseThrow(() -> new BackendUnavailableException("the C library has no setenv"));
    try (Arena arena = Arena.ofConfined()) {
      int status = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
      if (status != 0) {
        throw new BackendUnavailableException("setenv(" + name + ") failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Tells glibc's allocator to keep freed memory, so that libraries which allocate their outputs
   * anew in each call are not timed with the page faults of fresh memory. Other C libraries are
   * left as they are.
   *
   * @return whether it was done
   */
  static boolean keepFreedMemory() {
    Optional<MethodHandle> mallopt =
        find("mallopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    if (mallopt.isEmpty()) {
      return false;
    }
    try {
      MethodHandle set = mallopt.get();
      return (int) set.invokeExact(M_MMAP_MAX, 0) == 1
          && (int) set.invokeExact(M_TRIM_THRESHOLD, Integer.MAX_VALUE) == 1
          && (int) set.invokeExact(M_TOP_PAD, GIBIBYTE) == 1;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Copies with the C library's {@code memcpy}. */
  static MethodHandle memcpy() {
    return find(
            "memcpy",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, ADDRESS, java.lang.foreign.ValueLayout.JAVA_LONG))
        .orElseThrow(() -> new BackendUnavailableException("the C library has no memcpy"));
  }

  private static Optional<MethodHandle> find(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> symbol = linker.defaultLookup().find(name);
    return symbol.map(address -> linker.downcallHandle(address, descriptor));
  }
}
