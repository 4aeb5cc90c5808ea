package im.backend.registry.disk;

import static java.lang.System.Logger.Level.WARNING;

import im.backend.domain.Digest;
import im.backend.problem.ProblemException;
import im.backend.registry.ObjectStore;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import im.backend.registry.cache.Turns;
import im.backend.registry.disk.shelf.DurableFiles;
import im.backend.registry.disk.shelf.Layout;
import im.backend.registry.disk.shelf.RepositoryTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The manifests and tags of each repository as one object, for the day on which this disk is lost. The disk stays the truth:
 * a store that does not answer is told later, and nobody waits for it.
 */
final class DepotRecords implements RepositoryRecords {
    static final String REPOSITORIES = "repositories/";
    /** No part of a repository name begins so: what {@code a} names and what {@code a/b} names never meet. */
    static final String NAMES = "/_names";

    private static final System.Logger LOG = System.getLogger(DepotRecords.class.getName());

    private final Layout layout;
    private final ObjectStore objects;
    private final Turns<RepositoryName> turns = new Turns<>();
    /** Changes that the store was not told of, counted, so that one that comes while another is sent is not forgotten. */
    private final Map<RepositoryName, Integer> behind = new ConcurrentHashMap<>();

    DepotRecords(Layout layout, ObjectStore objects) {
        this.layout = layout;
        this.objects = objects;
    }

    /** Returns when the store has it, or when it does not answer: then {@link #catchUp} tells it. */
    @Override
    public void changed(RepositoryName repository) throws IOException {
        behind.merge(repository, 1, Integer::sum);
        try {
            send(repository);
        } catch (ProblemException unavailable) {
            LOG.log(WARNING, "object store: tags of {0} are sent later: {1}", repository, unavailable.getMessage());
        }
    }

    void later(List<RepositoryName> repositories) {
        repositories.forEach(repository -> behind.merge(repository, 1, Integer::sum));
    }

    int waiting() {
        return behind.size();
    }

    /** Fails with Unavailable at the first one that can not be sent. */
    void catchUp() throws IOException {
        for (RepositoryName repository : behind.keySet()) {
            send(repository);
        }
    }

    /** In turns, so that the object that is written last says what the disk says. */
    private void send(RepositoryName repository) throws IOException {
        try (Turns.Turn _ = turns.take(repository)) {
            Integer changes = behind.get(repository);
            if (changes == null) {
                return;
            }
            List<String> lines = lines(repository);
            String key = REPOSITORIES + repository + NAMES;
            if (lines.isEmpty()) {
                objects.delete(key);
            } else {
                objects.put(key, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            behind.remove(repository, changes);
        }
    }

    private List<String> lines(RepositoryName repository) throws IOException {
        Layout.Folder folder = layout.repository(repository);
        List<String> lines = new ArrayList<>();
        for (Digest digest : RepositoryTree.digests(folder.manifests())) {
            try {
                List<String> entry = Files.readAllLines(folder.manifest(digest));
                Optional<Digest> subject = entry.size() > 1 ? Digest.parse(entry.get(1)) : Optional.empty();
                lines.add(new Named.Manifest(digest, subject, entry.getFirst()).line());
            } catch (NoSuchFileException deletedMeanwhile) {
                // Whoever deleted it sends what is left.
            }
        }
        for (Path file : DurableFiles.list(folder.tags())) {
            try {
                Tag tag = new Tag(file.getFileName().toString());
                lines.add(new Named.Tagged(tag, new Digest(Files.readString(file))).line());
            } catch (NoSuchFileException deletedMeanwhile) {
                // As above.
            }
        }
        return lines;
    }

    /** A line of the object. */
    sealed interface Named {
        String NO_SUBJECT = "-";

        String line();

        record Manifest(Digest digest, Optional<Digest> subject, String mediaType) implements Named {
            @Override
            public String line() {
                return "manifest " + digest + " " + subject.map(Digest::value).orElse(NO_SUBJECT) + " " + mediaType;
            }
        }

        record Tagged(Tag tag, Digest digest) implements Named {
            @Override
            public String line() {
                return "tag " + tag + " " + digest;
            }
        }

        static Named parse(String line) throws IOException {
            String[] words = line.split(" ", 4);
            if (words.length == 4 && words[0].equals("manifest")) {
                return new Manifest(new Digest(words[1]), Digest.parse(words[2]), words[3]);
            }
            if (words.length == 3 && words[0].equals("tag")) {
                return new Tagged(new Tag(words[1]), new Digest(words[2]));
            }
            throw new IOException("a repository's record says \"" + line + "\" (expected: a manifest or a tag)");
        }
    }
}
