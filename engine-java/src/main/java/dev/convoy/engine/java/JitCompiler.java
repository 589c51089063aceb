package dev.convoy.engine.java;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Whether this JVM compiles the Vector API to vector instructions. Without C2 (or Graal) each
 * vector is an object and each operation a loop, about a hundred times slower.
 */
final class JitCompiler {
  private static final String UNKNOWN = "unknown";

  private JitCompiler() {}

  /** Whether an optimizing compiler is there, as far as the JVM tells. */
  static boolean optimizes() {
    String mode = mode();
    String name = System.getProperty("java.vm.name", "");
    return !mode.contains("interpreted")
        && !mode.contains("emulated-client") // -XX:TieredStopAtLevel=1
        && !name.contains("Zero")
        && !name.contains("Client")
        && !name.contains("Minimal");
  }

  /** What the JVM says of its compilers, such as "mixed mode, sharing". */
  static String mode() {
    return System.getProperty("java.vm.info", UNKNOWN);
  }

  /** Whether the JVM uses the processor's fused multiply-add: "true", "false" or "unknown". */
  static String fusedMultiplyAdd() {
    try {
      HotSpotDiagnosticMXBean flags =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return flags == null ? UNKNOWN : flags.getVMOption("UseFMA").getValue();
    } catch (NoClassDefFoundError | IllegalArgumentException e) {
      return UNKNOWN; // a run-time image without jdk.management, or not HotSpot
    }
  }
}
