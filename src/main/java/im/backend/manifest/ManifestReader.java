package im.backend.manifest;

import im.backend.domain.AppManifest;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.yaml.YamlException;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads what an app says of itself. Each of backend.yml, Procfile and app.json may be absent; where two speak of the
 * same thing, the first named wins. A config that came as JSON is read by the same grammar, because JSON is YAML.
 *
 * <p>All methods fail with {@link Problem.Invalid} that lists every fault of the first faulty file, each with its line
 * and column: {@code config-syntax}, {@code config-invalid}, {@code config-too-complex}, {@code config-tag},
 * {@code env-invalid} or {@code volume-invalid}.
 */
public final class ManifestReader {
    public static final String FILE = "backend.yml";
    private static final String OTHER_SPELLING = "backend.yaml";
    private static final String PROCFILE = "Procfile";
    private static final String APP_JSON = "app.json";

    private final Function<String, Optional<byte[]>> files;
    private final ManifestLimits limits;

    private ManifestReader(Function<String, Optional<byte[]>> files, ManifestLimits limits) {
        this.files = files;
        this.limits = limits;
    }

    public static AppManifest read(SourceTree tree) {
        return new ManifestReader(name -> fromTree(tree, name), ManifestLimits.OF_A_FILE).read();
    }

    /** As {@link #read(SourceTree)}, from a folder of the user's own machine. */
    public static AppManifest read(Path folder) {
        return new ManifestReader(name -> fromFolder(folder, name), ManifestLimits.OF_A_FILE).read();
    }

    /** As {@link #read(Path)}, with {@code config} in place of the folder's backend.yml. */
    public static AppManifest read(Path folder, byte[] config) {
        return new ManifestReader(
                        name -> switch (name) {
                            case FILE -> Optional.of(config);
                            case OTHER_SPELLING -> Optional.empty();
                            default -> fromFolder(folder, name);
                        },
                        ManifestLimits.OF_A_FILE)
                .read();
    }

    /** What Procfile and app.json of {@code folder} say, whatever its backend.yml does. */
    public static AppManifest readOthers(Path folder) {
        return read(folder, new byte[0]);
    }

    /** The text of a backend.yml, or a config as a JSON object, on its own. */
    public static AppManifest parse(byte[] config) {
        return new ManifestReader(
                        name -> name.equals(FILE) ? Optional.of(config) : Optional.empty(), ManifestLimits.OF_A_FILE)
                .read();
    }

    /** Reads back exactly what {@link ManifestWriter} wrote; its limits leave room for the project's env merged in. */
    public static AppManifest readWritten(String written) {
        byte[] bytes = written.getBytes(StandardCharsets.UTF_8);
        return new ManifestReader(
                        name -> name.equals(FILE) ? Optional.of(bytes) : Optional.empty(), ManifestLimits.OF_A_RELEASE)
                .read();
    }

    private AppManifest read() {
        AppManifest manifest = AppManifest.defaults();
        Optional<byte[]> appJson = files.apply(APP_JSON);
        if (appJson.isPresent()) {
            Faults faults = new Faults(APP_JSON);
            manifest = AppJson.read(document(APP_JSON, appJson.get()), manifest, limits, faults);
            faults.throwIfAny();
        }
        Optional<byte[]> procfile = files.apply(PROCFILE);
        if (procfile.isPresent()) {
            Faults faults = new Faults(PROCFILE);
            manifest = Procfile.read(procfile.get(), manifest, limits, faults);
            faults.throwIfAny();
        }
        Optional<byte[]> own = files.apply(FILE);
        Optional<byte[]> other = files.apply(OTHER_SPELLING);
        if (own.isPresent() && other.isPresent()) {
            throw new Problem.Invalid(
                            Faults.INVALID,
                            "There is a " + FILE + " and a " + OTHER_SPELLING + " (expected: one; delete the other).")
                    .asException();
        }
        String name = other.isPresent() ? OTHER_SPELLING : FILE;
        Optional<byte[]> config = own.or(() -> other);
        if (config.isPresent()) {
            Faults faults = new Faults(name);
            manifest = BackendYml.read(document(name, config.get()), manifest, limits, faults);
            faults.throwIfAny();
        }
        return manifest;
    }

    private YamlNode document(String file, byte[] bytes) {
        try {
            return YamlReader.read(bytes, limits.bytesMax());
        } catch (YamlException broken) {
            String slug = switch (broken.fault()) {
                case SYNTAX -> Faults.SYNTAX;
                case TOO_COMPLEX -> Faults.TOO_COMPLEX;
                case TAG -> Faults.TAG;
            };
            Faults faults = new Faults(file);
            faults.add(slug, broken.at(), String.valueOf(broken.getMessage()));
            faults.throwIfAny();
            throw broken;
        }
    }

    private static Optional<byte[]> fromTree(SourceTree tree, String name) {
        Optional<SourceTree.Entry> entry = tree.entries().stream()
                .filter(candidate -> candidate.path().equals(name))
                .findFirst();
        // One byte more than allowed is enough to be told so, and read() itself would only say that it is too large.
        int bytesMax = ManifestLimits.OF_A_FILE.bytesMax();
        if (entry.isPresent() && entry.get().sizeBytes() > bytesMax) {
            return Optional.of(new byte[bytesMax + 1]);
        }
        return entry.flatMap(found -> tree.read(name, bytesMax));
    }

    private static Optional<byte[]> fromFolder(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(in.readNBytes(ManifestLimits.OF_A_FILE.bytesMax() + 1));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("reading " + file, unreadable);
        }
    }
}
