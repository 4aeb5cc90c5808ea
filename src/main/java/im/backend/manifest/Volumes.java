package im.backend.manifest;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Quoted;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code volumes:} and refuses claims that would hide the system, the app or one another. */
final class Volumes {
    static final List<String> KEYS = List.of("name", "path", "size", "shared");
    private static final int COUNT_MAX = 8;
    private static final long SIZE_MIN = 1L << 20;
    private static final long SIZE_MAX = 16L << 40;
    private static final long SIZE_DEFAULT = 1L << 30;
    private static final String NAME_DEFAULT = "data";
    private static final String PATH_DEFAULT = "/data";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_][A-Za-z0-9._-]*)+");
    private static final int NAME_LENGTH_MAX = 30;
    private static final int PATH_LENGTH_MAX = 200;
    private static final Set<String> TAKEN = Set.of(
            "app", "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "run", "sbin", "sys", "tmp", "usr");

    private final Faults faults;
    private final List<VolumeClaim> claims = new ArrayList<>();

    private Volumes(Faults faults) {
        this.faults = faults;
    }

    static List<VolumeClaim> read(Section top, String key, Faults faults) {
        Volumes volumes = new Volumes(faults);
        List<YamlNode> items = top.items(key);
        items.forEach(volumes::readItem);
        if (items.size() > COUNT_MAX) {
            faults.add(
                    Faults.VOLUME,
                    items.getFirst().at(),
                    "volumes: " + items.size() + " (expected: <= " + COUNT_MAX + ")");
        }
        return volumes.claims;
    }

    private void readItem(YamlNode item) {
        switch (item) {
            case YamlNode.Mapping mapping -> readMapping(mapping);
            case YamlNode.Scalar path ->
                claim(path.at(), new VolumeClaim(NAME_DEFAULT, path.text(), SIZE_DEFAULT, false));
            case YamlNode.Sequence list ->
                faults.add(Faults.VOLUME, list.at(), "volumes: a list in the list (expected: {name, path, size})");
        }
    }

    private void readMapping(YamlNode.Mapping mapping) {
        Section section = new Section("volumes.", mapping, KEYS, faults);
        Optional<Long> size = section.amount("size", Quantity::bytes, SIZE_MIN, SIZE_MAX, "1Mi to 16384Gi, as in 1Gi");
        claim(
                mapping.at(),
                new VolumeClaim(
                        section.text("name").orElse(NAME_DEFAULT),
                        section.text("path").orElse(PATH_DEFAULT),
                        size.orElse(SIZE_DEFAULT),
                        section.flag("shared").orElse(false)));
    }

    private void claim(Position at, VolumeClaim claim) {
        String name = claim.name();
        String path = claim.path();
        if (name.length() > NAME_LENGTH_MAX || !NAME.matcher(name).matches()) {
            refuse(
                    at,
                    "name: " + Quoted.of(name) + " (expected: lower-case letters, digits and single hyphens, <= "
                            + NAME_LENGTH_MAX + ")");
        }
        if (path.length() > PATH_LENGTH_MAX || !PATH.matcher(path).matches()) {
            refuse(at, "path: " + Quoted.of(path) + " (expected: an absolute path without . or .., as in /data)");
        } else if (TAKEN.contains(path.split("/", 3)[1])) {
            refuse(at, "path: " + Quoted.of(path) + " belongs to the system or the app (expected: one such as /data)");
        }
        for (VolumeClaim other : claims) {
            if (other.name().equals(name)) {
                refuse(at, "two volumes are named " + name + " (expected: a name each)");
            }
            if ((path + "/").startsWith(other.path() + "/") || (other.path() + "/").startsWith(path + "/")) {
                refuse(at, "path: " + Quoted.of(path) + " overlaps " + other.path() + " (expected: paths apart)");
            }
        }
        claims.add(claim);
    }

    private void refuse(Position at, String message) {
        faults.add(Faults.VOLUME, at, "volumes: " + message);
    }
}
