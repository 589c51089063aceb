package dev.convoy.engine.ffm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways in which loading goes well or not, each in a JVM of its own. */
class LoadingTest {
  private static final int ELF_MACHINE_OFFSET = 18;

  /** Whole libraries, that tests may load or copy but not change. */
  @TempDir static Path whole;

  @TempDir Path folder;

  @BeforeAll
  static void extract() throws Exception {
    assertStarts(new ChildJvm().cache(whole).run());
  }

  @Test
  void processesThatStartAtOnceShareOneCopy() throws Exception {
    List<ChildJvm> children = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      children.add(new ChildJvm().cache(folder).start());
    }
    for (ChildJvm child : children) {
      assertStarts(child.output());
    }
    List<Path> convoy = copies(folder, "libconvoy-");
    assertEquals(List.of(Platform.convoyLibrary()), names(convoy));
    assertTrue(names(copies(folder, "libopenblas-")).contains(Platform.openblasLibrary()));
  }

  @Test
  void aDamagedCopyIsReplaced() throws Exception {
    assertStarts(new ChildJvm().cache(folder).run());
    Path copy = copies(folder, "libconvoy-").getFirst();
    byte[] good = Files.readAllBytes(copy);
    byte[] damaged = good.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(copy, damaged);
    assertStarts(new ChildJvm().cache(folder).run());
    assertArrayEquals(good, Files.readAllBytes(copy));
    Files.write(copy, new byte[100]);
    assertStarts(new ChildJvm().cache(folder).run());
    assertArrayEquals(good, Files.readAllBytes(copy));
  }

  @Test
  void aTemporaryFolderThatOthersCanWriteToIsRefused() throws Exception {
    Path ours = folder.resolve("convoy-" + System.getProperty("user.name"));
    Files.createDirectory(ours);
    Files.setPosixFilePermissions(ours, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRefused(
        new ChildJvm().property("java.io.tmpdir", folder).run(),
        ours.toString(),
        "nobody else can write to",
        "rwxrwxrwx",
        "-Dconvoy.native.cache=FOLDER");
  }

  @Test
  void aLinkInTheTemporaryFolderIsRefused() throws Exception {
    Path ours = folder.resolve("convoy-" + System.getProperty("user.name"));
    Files.createSymbolicLink(ours, Files.createDirectory(folder.resolve("elsewhere")));
    assertRefused(new ChildJvm().property("java.io.tmpdir", folder).run(), "it is a link");
  }

  @Test
  void aCacheThatCannotBeMadeIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertRefused(
        new ChildJvm().cache(file.resolve("cache")).run(),
        "cannot be copied to",
        "-Dconvoy.native.cache=FOLDER",
        "CAUSE java.nio.file");
  }

  @Test
  void aFileSystemThatForbidsCodeIsNamed() throws Exception {
    assumeTrue(ChildJvm.canMountNoexec(folder), "needs user namespaces to mount a folder noexec");
    assertRefused(
        new ChildJvm().cache(folder).onNoexec(folder).run(),
        "noexec",
        "-Dconvoy.native.cache=FOLDER",
        "CAUSE java.lang.IllegalArgumentException");
  }

  @Test
  void aLibraryNamedByPropertyIsUsed() throws Exception {
    Path own = Files.copy(convoy(), folder.resolve("own.so"));
    String output = new ChildJvm().cache(whole).property("convoy.native.path", own).run();
    assertStarts(output);
    assertTrue(output.contains("library=" + own), output);
  }

  @Test
  void aNamedLibraryThatIsMissingIsRefused() throws Exception {
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.native.path", folder.resolve("none.so")).run(),
        "-Dconvoy.native.path=",
        "none.so",
        "does not exist");
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.openblas", folder).run(),
        "-Dconvoy.openblas=",
        "is no regular file");
  }

  @Test
  void aFileThatIsNoLibraryIsRefused() throws Exception {
    Path text = Files.writeString(folder.resolve("text.so"), "This is no library at all.");
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.native.path", text).run(),
        text.toString(),
        "no shared library, or a damaged one",
        "CAUSE java.lang.IllegalArgumentException");
  }

  @Test
  void aTruncatedLibraryIsRefused() throws Exception {
    byte[] start = Arrays.copyOf(Files.readAllBytes(convoy()), 64);
    Path file = Files.write(folder.resolve("start.so"), start);
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.native.path", file).run(),
        "start.so cannot be loaded");
  }

  @Test
  void aLibraryForAnotherProcessorIsRefused() throws Exception {
    assumeTrue(Platform.isLinux(), "reads ELF");
    byte[] foreign = Files.readAllBytes(convoy());
    foreign[ELF_MACHINE_OFFSET] = (byte) 243; // RISC-V
    Path file = Files.write(folder.resolve("foreign.so"), foreign);
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.native.path", file).run(),
        "another processor",
        "ELF machine 243");
  }

  @Test
  void aLibraryThatIsAnotherIsRefused() throws Exception {
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.openblas", convoy()).run(),
        "has no function openblas_get_config");
    assertRefused(
        new ChildJvm().cache(whole).property("convoy.native.path", openblas()).run(),
        "has no function convoy_abi_version");
  }

  @Test
  void anOpenBlasNamedByPropertyIsUsed() throws Exception {
    String output = new ChildJvm().cache(folder).property("convoy.openblas", openblas()).run();
    assertStarts(output);
    assertTrue(output.contains(openblas().toString()), output);
    assertFalse(Files.exists(folder.resolve(openblas().getParent().getFileName())));
  }

  @Test
  void aMissingOpenBlasIsRefused() throws Exception {
    assertRefused(
        new ChildJvm().cache(whole).withoutClassPath(entry -> entry.contains("openblas-")).run(),
        "OpenBLAS is missing",
        "org.bytedeco:openblas",
        "-Dconvoy.openblas=FILE");
  }

  @Test
  void aMissingLibraryIsRefused() throws Exception {
    assertRefused(
        new ChildJvm()
            .withoutClassPath(
                entry ->
                    entry.contains("convoy-native") || entry.endsWith("/native/target/classes"))
            .run(),
        "the C library is missing",
        "-Dconvoy.native.path=FILE");
  }

  @Test
  void deniedNativeAccessNamesTheFlag() throws Exception {
    assertRefused(
        new ChildJvm().withoutNativeAccess().run(),
        "--enable-native-access=ALL-UNNAMED",
        "CAUSE java.lang.IllegalCallerException");
  }

  @Test
  void theEnvironmentLimitsTheKernels() throws Exception {
    String output = new ChildJvm().cache(whole).environment("CONVOY_CPU", "c").run();
    assertStarts(output);
    assertTrue(output.contains("kernels=c "), output);
  }

  @Test
  void anUnknownLimitIsRefused() throws Exception {
    assertRefused(
        new ChildJvm().cache(whole).environment("CONVOY_CPU", "sse9").run(),
        "CONVOY_CPU is \"sse9\", must be c");
  }

  private static void assertStarts(String output) {
    assertTrue(output.contains(Start.STARTED), output);
  }

  private static void assertRefused(String output, String... words) {
    assertTrue(output.contains(Start.REFUSED), output);
    for (String word : words) {
      assertTrue(output.contains(word), () -> "\"" + word + "\" is not in: " + output);
    }
  }

  private static Path convoy() throws IOException {
    return copies(whole, "libconvoy-").getFirst();
  }

  private static Path openblas() throws IOException {
    return copies(whole, "libopenblas-").stream()
        .filter(file -> file.endsWith(Platform.openblasLibrary()))
        .findFirst()
        .orElseThrow();
  }

  private static List<Path> copies(Path cache, String prefix) throws IOException {
    try (Stream<Path> folders = Files.list(cache)) {
      Path copies =
          folders
              .filter(path -> path.getFileName().toString().startsWith(prefix))
              .findFirst()
              .orElseThrow();
      try (Stream<Path> files = Files.list(copies)) {
        return files.toList();
      }
    }
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(file -> file.getFileName().toString()).toList();
  }
}
