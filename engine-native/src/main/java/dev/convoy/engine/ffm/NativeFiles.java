package dev.convoy.engine.ffm;

import dev.convoy.EngineUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Copies libraries from the class path to where the dynamic linker can open them.
 *
 * <p>A set of libraries goes into a folder named after a hash of its contents, so that versions do
 * not meet and a second start finds the files there. Each is written under a temporary name and
 * renamed, so that processes which start at once never see half a file; one that is there already
 * is used only if its contents are the expected ones.
 */
final class NativeFiles {
  /** System property with the folder that the libraries are copied to. */
  static final String CACHE_PROPERTY = "convoy.native.cache";

  private static final Set<PosixFilePermission> OURS_ALONE =
      PosixFilePermissions.fromString("rwx------");

  private final Path cache;
  private final boolean checked;

  private NativeFiles(Path cache, boolean checked) {
    this.cache = cache;
    this.checked = checked;
  }

  /**
   * In the folder that the property names, whose owner and permissions are the user's business; or
   * in one of our own in the temporary folder, which others can write to.
   */
  static NativeFiles inCache() {
    String named = System.getProperty(CACHE_PROPERTY, "");
    if (!named.isEmpty()) {
      return new NativeFiles(Path.of(named).toAbsolutePath(), false);
    }
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    return new NativeFiles(temporary.resolve("convoy-" + user), true);
  }

  /**
   * Copies libraries, where they are not there yet.
   *
   * @param folder of the class path
   * @param names files in it; those that are missing there are left out
   * @return the folder that holds the copies
   */
  Path extract(String folder, List<String> names) {
    try {
      List<Contents> files = new ArrayList<>();
      for (String name : names) {
        URL resource = NativeFiles.class.getClassLoader().getResource(folder + "/" + name);
        if (resource != null) {
          files.add(Contents.of(name, resource));
        }
      }
      String stem = names.getLast().replaceAll("[.].*", "");
      Path target = cache.resolve(stem + "-" + Contents.hash(files));
      makeFolder(cache);
      if (checked) {
        checkOwner(cache);
      }
      makeFolder(target);
      for (Contents file : files) {
        copy(file, target.resolve(file.name()));
      }
      return target;
    } catch (IOException e) {
      throw new EngineUnavailableException(
          "the native libraries cannot be copied to %s (%s): make room or make it writable, or name"
                  .formatted(cache, e)
              + " another folder with -D%s=FOLDER".formatted(CACHE_PROPERTY),
          e);
    }
  }

  static boolean exists(String resource) {
    return NativeFiles.class.getClassLoader().getResource(resource) != null;
  }

  private static void makeFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OURS_ALONE));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  /** Refuses a folder in which somebody else could have put a library, or still could. */
  private static void checkOwner(Path folder) throws IOException {
    PosixFileAttributes found =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Path own = Files.createTempFile(folder, "owner", null);
    Object us = Files.getOwner(own, LinkOption.NOFOLLOW_LINKS);
    Files.delete(own);
    if (!found.isDirectory() || !found.owner().equals(us) || !isPrivate(found.permissions())) {
      throw new EngineUnavailableException(
          "%s is not a folder of %s that nobody else can write to (it is %s of %s, %s): remove it,"
                  .formatted(
                      folder,
                      us,
                      found.isDirectory() ? "a folder" : "a link",
                      found.owner(),
                      PosixFilePermissions.toString(found.permissions()))
              + " or name another with -D%s=FOLDER".formatted(CACHE_PROPERTY));
    }
  }

  private static boolean isPrivate(Set<PosixFilePermission> permissions) {
    return !permissions.contains(PosixFilePermission.GROUP_WRITE)
        && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
  }

  private static void copy(Contents file, Path target) throws IOException {
    if (file.isIn(target)) {
      return;
    }
    Path temporary = Files.createTempFile(target.getParent(), "copy", null);
    try {
      try (InputStream in = file.resource().openStream();
          OutputStream out = Files.newOutputStream(temporary)) {
        in.transferTo(out);
      }
      if (!file.isIn(temporary)) {
        throw new IOException("what was written to " + temporary + " reads differently");
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
