package im.backend.build.inventory;

import im.backend.sbom.PackageUrl;
import java.util.Optional;
import java.util.function.BiFunction;

/** Names and versions as a file says them, which may be anything. */
final class Found {
    private Found() {}

    static Optional<PackageUrl> of(BiFunction<String, String, PackageUrl> type, String name, String version) {
        try {
            return Optional.of(type.apply(name, version));
        } catch (IllegalArgumentException notAPackage) {
            return Optional.empty();
        }
    }
}
