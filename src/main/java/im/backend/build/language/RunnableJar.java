package im.backend.build.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A jar among a build's results that {@code java -jar} can start. */
record RunnableJar(Path file, long sizeBytes) {
    private static final Pattern RESULT = Pattern.compile("(?:.*/)?(?:target|build/libs)/[^/]+\\.jar");
    private static final Pattern BY_PRODUCT =
            Pattern.compile(".*(?:-sources|-javadoc|-tests|-plain)\\.jar|(?:.*/)?original-[^/]*");
    private static final int DEPTH_MAX = 5;

    /** The largest: where a tool makes a plain and a full jar, the full one can be started alone. */
    static Optional<RunnableJar> find(Path app) throws IOException {
        try (Stream<Path> files = Files.walk(app, DEPTH_MAX)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file ->
                            RESULT.matcher(app.relativize(file).toString()).matches()
                                    && !BY_PRODUCT
                                            .matcher(app.relativize(file).toString())
                                            .matches())
                    .filter(file -> mainClass(file).isPresent())
                    .map(file -> new RunnableJar(file, file.toFile().length()))
                    .max(Comparator.comparingLong(RunnableJar::sizeBytes)
                            .thenComparing(jar -> jar.file().toString()));
        }
    }

    static Optional<String> mainClass(Path file) {
        try (JarFile jar = new JarFile(file.toFile(), false)) {
            return Optional.ofNullable(jar.getManifest())
                    .map(Manifest::getMainAttributes)
                    .map(attributes -> attributes.getValue(Attributes.Name.MAIN_CLASS));
        } catch (IOException notAJar) {
            return Optional.empty();
        }
    }
}
