package im.backend.scan.osv;

import im.backend.sbom.PackageUrl;
import im.backend.scan.version.VersionOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a package comes from, with its rules for names and versions. */
enum Ecosystem {
    PYPI("PyPI", "pypi", VersionOrder.PYTHON),
    NPM("npm", "npm", VersionOrder.SEMANTIC),
    GO("Go", "golang", VersionOrder.SEMANTIC),
    MAVEN("Maven", "maven", VersionOrder.MAVEN),
    DEBIAN("Debian", "deb", VersionOrder.DEBIAN);

    private final String osvName;
    private final String type;
    private final VersionOrder order;

    Ecosystem(String osvName, String type, VersionOrder order) {
        this.osvName = osvName;
        this.type = type;
        this.order = order;
    }

    VersionOrder order() {
        return order;
    }

    /** @param text with a release or repository behind a colon, as {@code Debian:12} */
    static Optional<Ecosystem> of(String text) {
        String base = text.split(":", 2)[0];
        return Arrays.stream(values()).filter(one -> one.osvName.equals(base)).findFirst();
    }

    static Optional<Ecosystem> of(PackageUrl one) {
        return Arrays.stream(values())
                .filter(ecosystem -> ecosystem.type.equals(one.type()))
                .findFirst();
    }

    /** One text for all spellings of one package. */
    String key(String ecosystem, String name) {
        return switch (this) {
            case PYPI -> osvName + "|" + name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
            case NPM, GO -> osvName + "|" + name.toLowerCase(Locale.ROOT);
            case MAVEN -> osvName + "|" + name;
            case DEBIAN -> ecosystem + "|" + name.toLowerCase(Locale.ROOT);
        };
    }

    /** Debian's advisories are about source packages, and about one release each. */
    String key(PackageUrl one) {
        if (this != DEBIAN) {
            return key(osvName, one.fullName());
        }
        String release = one.qualifiers().getOrDefault("distro", "").replaceFirst("^debian-", "");
        return key(osvName + ":" + release, one.qualifiers().getOrDefault("upstream", one.name()));
    }
}
