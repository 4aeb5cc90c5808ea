package im.backend.build.jib.app;

import im.backend.domain.SourceTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * All files of an app, sorted by path.
 *
 * @param files without those that are ignored
 */
public record AppFiles(List<AppFile> files) {
    public AppFiles {
        files = files.stream().sorted(Comparator.comparing(AppFile::path)).toList();
    }

    public static AppFiles of(SourceTree tree, IgnorePatterns ignored) {
        List<AppFile> files = new ArrayList<>();
        for (SourceTree.Entry entry : tree.entries()) {
            if (!ignored.ignores(entry.path())) {
                files.add(new AppFile(
                        entry.path(),
                        entry.sizeBytes(),
                        entry.executable() ? AppFile.Kind.PROGRAM : AppFile.Kind.FILE,
                        entry.blob(),
                        new AppFile.Origin.OfTree(entry)));
            }
        }
        return new AppFiles(files);
    }

    /** Of a folder that never changes; each file is read once to name its content. */
    public static AppFiles of(Path folder, IgnorePatterns ignored) throws IOException {
        List<AppFile> files = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String path = folder.relativize(file).toString();
                if (!ignored.ignores(path)) {
                    files.add(read(path, file, attributes));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return new AppFiles(files);
    }

    long sizeBytes() {
        return files.stream().mapToLong(AppFile::sizeBytes).sum();
    }

    private static AppFile read(String path, Path file, BasicFileAttributes attributes) throws IOException {
        AppFile.Origin origin = new AppFile.Origin.OfFolder(file);
        if (attributes.isSymbolicLink()) {
            return new AppFile(
                    path, 0, AppFile.Kind.LINK, Files.readSymbolicLink(file).toString(), origin);
        }
        AppFile.Kind kind = Files.isExecutable(file) ? AppFile.Kind.PROGRAM : AppFile.Kind.FILE;
        return new AppFile(path, attributes.size(), kind, sha256(file), origin);
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = newSha256();
        try (InputStream in = Files.newInputStream(file);
                DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
