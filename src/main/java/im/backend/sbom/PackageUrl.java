package im.backend.sbom;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One version of one package, as every registry's tools name it (package-url specification). Names are in the canonical
 * form of their type, so that equal packages have equal URLs.
 *
 * @param type as {@code pypi}, {@code npm}, {@code golang}, {@code maven}, {@code deb}
 * @param namespace as a Maven group, an npm scope with its {@code @} or the folders of a Go module; may be empty
 * @param qualifiers as {@code distro=debian-12}
 */
public record PackageUrl(
        String type, String namespace, String name, String version, SortedMap<String, String> qualifiers)
        implements Comparable<PackageUrl> {
    private static final String SCHEME = "pkg:";
    private static final int LENGTH_MAX = 2_048;
    private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9.+-]{0,31}");
    private static final Pattern QUALIFIER = Pattern.compile("[a-z][a-z0-9._-]{0,63}");
    /** What stands for itself; all else is percent-encoded (package-url specification, "Character encoding"). */
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~:";

    public PackageUrl {
        int length = namespace.length() + name.length() + version.length();
        if (!TYPE.matcher(type).matches() || name.isEmpty() || version.isEmpty() || length > LENGTH_MAX) {
            throw new IllegalArgumentException("package: type \"" + type + "\", name of " + name.length()
                    + " characters, version of " + version.length() + " (expected: all three, " + LENGTH_MAX
                    + " characters at most)");
        }
        if ((namespace + name + version).chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("package: a control character in its name or version");
        }
        namespace = canonical(type, strip(namespace));
        name = canonical(type, name);
        qualifiers = Collections.unmodifiableSortedMap(new TreeMap<>(qualifiers));
        if (!qualifiers.keySet().stream().allMatch(key -> QUALIFIER.matcher(key).matches())) {
            throw new IllegalArgumentException("package: qualifiers " + qualifiers.keySet());
        }
    }

    /** Names of {@code pypi} have no namespace. */
    public static PackageUrl python(String name, String version) {
        return of("pypi", "", name, version);
    }

    /** @param name with its scope, as {@code @types/node} */
    public static PackageUrl npm(String name, String version) {
        return ofPath("npm", name, version);
    }

    /** @param module as {@code github.com/go-chi/chi/v5} */
    public static PackageUrl go(String module, String version) {
        return ofPath("golang", module, version);
    }

    public static PackageUrl maven(String group, String artifact, String version) {
        return of("maven", group, artifact, version);
    }

    /** @param qualifiers {@code arch}, {@code distro} as {@code debian-12}, and {@code upstream} for the source package */
    public static PackageUrl debian(String name, String version, Map<String, String> qualifiers) {
        return new PackageUrl("deb", "debian", name, version, new TreeMap<>(qualifiers));
    }

    private static PackageUrl ofPath(String type, String path, String version) {
        int slash = path.lastIndexOf('/');
        return of(type, slash < 0 ? "" : path.substring(0, slash), path.substring(slash + 1), version);
    }

    private static PackageUrl of(String type, String namespace, String name, String version) {
        return new PackageUrl(type, namespace, name, version, Collections.emptySortedMap());
    }

    /** Reads a URL; empty when it is none, or one without a version. */
    public static Optional<PackageUrl> parse(String url) {
        if (!url.startsWith(SCHEME) || url.length() > 2 * LENGTH_MAX) {
            return Optional.empty();
        }
        String rest = strip(url.substring(SCHEME.length()).replaceFirst("#.*", ""));
        int question = rest.indexOf('?');
        String path = question < 0 ? rest : rest.substring(0, question);
        int at = path.lastIndexOf('@');
        int type = path.indexOf('/');
        if (at < 0 || type < 0 || at < type) {
            return Optional.empty();
        }
        try {
            List<String> segments = Arrays.stream(path.substring(type + 1, at).split("/"))
                    .map(PackageUrl::decode)
                    .toList();
            return Optional.of(new PackageUrl(
                    path.substring(0, type).toLowerCase(Locale.ROOT),
                    String.join("/", segments.subList(0, segments.size() - 1)),
                    segments.getLast(),
                    decode(path.substring(at + 1)),
                    qualifiers(question < 0 ? "" : rest.substring(question + 1))));
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    private static SortedMap<String, String> qualifiers(String text) {
        SortedMap<String, String> qualifiers = new TreeMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && equals < pair.length() - 1) {
                qualifiers.put(pair.substring(0, equals).toLowerCase(Locale.ROOT), decode(pair.substring(equals + 1)));
            }
        }
        return qualifiers;
    }

    /** As the registry itself writes it: {@code org.slf4j:slf4j-api}, {@code @types/node}. */
    public String fullName() {
        if (namespace.isEmpty() || type.equals("deb")) {
            return name;
        }
        return namespace + (type.equals("maven") ? ":" : "/") + name;
    }

    @Override
    public int compareTo(PackageUrl other) {
        return Comparator.comparing(PackageUrl::toString).compare(this, other);
    }

    @Override
    public String toString() {
        String path = Arrays.stream((namespace.isEmpty() ? name : namespace + "/" + name).split("/"))
                .map(PackageUrl::encode)
                .collect(Collectors.joining("/"));
        String query = qualifiers.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + encode(pair.getValue()))
                .collect(Collectors.joining("&"));
        return SCHEME + type + "/" + path + "@" + encode(version) + (query.isEmpty() ? "" : "?" + query);
    }

    /** The rules of each type (package-url specification, "Known types"). */
    private static String canonical(String type, String name) {
        return switch (type) {
            case "pypi" -> name.toLowerCase(Locale.ROOT).replace('_', '-');
            case "npm", "golang", "deb" -> name.toLowerCase(Locale.ROOT);
            default -> name;
        };
    }

    private static String strip(String path) {
        return path.replaceAll("^/+|/+$", "");
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    private static String decode(String text) {
        // A plus sign stands for itself here, unlike in a form.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
