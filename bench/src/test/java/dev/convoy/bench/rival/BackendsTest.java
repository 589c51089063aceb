package dev.convoy.bench.rival;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.DType;
import dev.convoy.bench.work.Operation;
import dev.convoy.bench.work.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsTest {
  @TempDir private Path folder;

  @BeforeEach
  void rivalsAreLookedForHere() {
    System.setProperty(Backends.FOLDER_PROPERTY, folder.toString());
  }

  @AfterEach
  void asBefore() {
    System.clearProperty(Backends.FOLDER_PROPERTY);
  }

  @Test
  void aRivalThatIsNotThereSaysHowToHaveIt() {
    var e = assertThrows(BackendUnavailableException.class, () -> Backends.open("onednn-nchw", 1));

    assertEquals(
        "onednn-nchw is not in %s: ./convoy bench --rivals fetches it, where it exists for the platform"
            .formatted(folder.resolve("onednn")),
        e.getMessage());
  }

  @Test
  void aFolderWithoutTheRivalSaysSo() throws Exception {
    Files.createDirectory(folder.resolve("nd4j"));

    var e = assertThrows(BackendUnavailableException.class, () -> Backends.open("nd4j", 1));

    assertTrue(e.getMessage().startsWith("nd4j is in none of the jars"), e.getMessage());
  }

  @Test
  void aRivalOfAnotherClassLoaderIsFoundAndItsFailureTold() throws Exception {
    Path services = folder.resolve("nd4j/fake.jar");
    Files.createDirectories(services.getParent());
    try (var jar = new JarOutputStream(Files.newOutputStream(services))) {
      jar.putNextEntry(new JarEntry("META-INF/services/" + BackendProvider.class.getName()));
      jar.write(FailingProvider.class.getName().getBytes(StandardCharsets.UTF_8));
    }

    var e = assertThrows(BackendUnavailableException.class, () -> Backends.open("nd4j", 1));

    assertTrue(e.getMessage().contains("no library for this processor"), e.getMessage());
    assertTrue(e.getCause() instanceof UnsatisfiedLinkError);
  }

  /** A rival whose library does not load. */
  public static final class FailingProvider implements BackendProvider {
    @Override
    public Set<String> names() {
      return Set.of("nd4j");
    }

    @Override
    public Backend open(String name, int threads) {
      throw new UnsatisfiedLinkError("no library for this processor");
    }
  }

  @Test
  void anotherProcessTellsWhatABackendIs() {
    assertTrue(Probe.status("naive", 1).available());
    assertEquals("naive works with one thread, threads is 2", Probe.status("naive", 2).reason());
  }

  @Test
  void whatABackendCannotDoItRefusesWithTheReason() {
    try (Backend naive = Backends.open("naive", 1)) {
      var size = Operation.CONV_FORWARD.workloads().getFirst();
      var e =
          assertThrows(
              UnsupportedOperationException.class,
              () -> naive.prepare(new Problem(Operation.CONV_FORWARD, size, DType.F64)));

      assertEquals("naive is written for F32", e.getMessage());
    }
  }
}
