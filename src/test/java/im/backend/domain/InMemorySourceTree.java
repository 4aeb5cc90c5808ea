package im.backend.domain;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A source tree without a repository, for tests; blobs are named as git names them. Immutable. */
public final class InMemorySourceTree implements SourceTree {
    private final SortedMap<String, byte[]> files;
    private final Set<String> executables;
    private final List<Entry> entries;
    private final String treeHash;
    private final CommitHash commit;

    private InMemorySourceTree(SortedMap<String, byte[]> files, Set<String> executables, Optional<CommitHash> commit) {
        this.files = files;
        this.executables = executables;
        this.entries = files.entrySet().stream()
                .map(file -> new Entry(
                        file.getKey(),
                        file.getValue().length,
                        executables.contains(file.getKey()),
                        blobName(file.getValue())))
                .toList();
        this.treeHash = hex(entries.toString().getBytes(StandardCharsets.UTF_8));
        this.commit =
                commit.orElseGet(() -> new CommitHash(hex(("commit " + treeHash).getBytes(StandardCharsets.UTF_8))));
    }

    /** Path and text, alternating. */
    public static InMemorySourceTree of(String... pathsAndTexts) {
        InMemorySourceTree tree = ofBytes(Map.of());
        for (int at = 0; at < pathsAndTexts.length; at += 2) {
            tree = tree.with(pathsAndTexts[at], pathsAndTexts[at + 1]);
        }
        return tree;
    }

    public static InMemorySourceTree ofBytes(Map<String, byte[]> files) {
        return new InMemorySourceTree(new TreeMap<>(files), Set.of(), Optional.empty());
    }

    /** Every regular file below {@code folder}, as an upload of it would give. */
    public static InMemorySourceTree ofFolder(Path folder) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        Set<String> executables = new TreeSet<>();
        try (var walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                String path = folder.relativize(file).toString();
                files.put(path, Files.readAllBytes(file));
                if (Files.isExecutable(file)) {
                    executables.add(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new InMemorySourceTree(files, executables, Optional.empty());
    }

    public InMemorySourceTree with(String path, String text) {
        return with(path, text.getBytes(StandardCharsets.UTF_8));
    }

    public InMemorySourceTree with(String path, byte[] content) {
        SortedMap<String, byte[]> changed = new TreeMap<>(files);
        changed.put(path, content);
        return new InMemorySourceTree(changed, executables, Optional.empty());
    }

    public InMemorySourceTree without(String path) {
        SortedMap<String, byte[]> changed = new TreeMap<>(files);
        changed.remove(path);
        return new InMemorySourceTree(changed, executables, Optional.empty());
    }

    public InMemorySourceTree executable(String path) {
        Set<String> changed = new TreeSet<>(executables);
        changed.add(path);
        return new InMemorySourceTree(files, Collections.unmodifiableSet(changed), Optional.empty());
    }

    /** The same files under another commit, as a commit that only changes the message has. */
    public InMemorySourceTree at(CommitHash other) {
        return new InMemorySourceTree(files, executables, Optional.of(other));
    }

    @Override
    public CommitHash commit() {
        return commit;
    }

    @Override
    public Instant committedAt() {
        return Instant.ofEpochSecond(1_767_225_600);
    }

    @Override
    public String treeHash() {
        return treeHash;
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    @Override
    public Optional<byte[]> read(String path, int bytesMax) {
        byte[] content = files.get(path);
        if (content == null) {
            return Optional.empty();
        }
        if (content.length > bytesMax) {
            throw new Problem.TooLarge("file-too-large", path + " is too large").asException();
        }
        return Optional.of(Arrays.copyOf(content, content.length));
    }

    @Override
    public void copy(Entry entry, Path target) {
        try {
            Files.write(target, files.get(entry.path()), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String blobName(byte[] content) {
        byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, both, head.length, content.length);
        return hex(both);
    }

    private static String hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
