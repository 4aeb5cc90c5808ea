package im.backend.build.language;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Everything that a result depends on, as one name: equal keys, equal results. */
final class BuildKey {
    /** Raised when the steps of a build change, so that older results are not taken for new ones. */
    private static final int RECIPE = 1;

    private final MessageDigest digest;

    private BuildKey() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /**
     * @param platform that the result is for
     * @param tool with its version, as {@code pip python3.12}
     */
    static BuildKey of(String platform, String kind, String tool) {
        return new BuildKey()
                .with("recipe", Integer.toString(RECIPE))
                .with("kind", kind)
                .with("tool", tool)
                .with("platform", platform);
    }

    BuildKey with(String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        digest.update((name + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
        return this;
    }

    BuildKey with(String name, Collection<String> values) {
        values.forEach(value -> with(name, value));
        return this;
    }

    BuildKey with(String name, Map<String, String> values) {
        new TreeMap<>(values).forEach((key, value) -> with(name, key + "=" + value));
        return this;
    }

    /** Ends it; 64 hex digits. */
    String name() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
