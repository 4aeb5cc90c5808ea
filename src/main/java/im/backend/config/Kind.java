package im.backend.config;

import im.backend.config.ServerConfig.LogLevel;
import im.backend.config.ServerConfig.OnBase;
import im.backend.config.ServerConfig.OrchestratorKind;
import im.backend.config.ServerConfig.RegistryAuth;
import im.backend.config.ServerConfig.ScanBlock;
import im.backend.config.ServerConfig.ScanTool;
import im.backend.config.ServerConfig.Use;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the value of a setting looks like.
 *
 * @param expected as a message and the reference say it
 * @param parse empty when the text is none of these
 */
record Kind<T>(String expected, Function<String, Optional<T>> parse) {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:-]{1,253}");
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})(s|m|h)");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,7})(Ki|Mi|Gi)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*\\*?");

    private static final Pattern RUNTIME_IMAGE = Pattern.compile(
            "((?:python|node|go|java|static)(?::[0-9.]+)?)=([a-z0-9][a-z0-9._:/-]*(?:\\{version})?[A-Za-z0-9._-]*)");
    private static final Pattern MIRROR = Pattern.compile("([a-z0-9][a-z0-9.:-]*)=(\\S+)");
    private static final Pattern IMAGE_NAME = Pattern.compile("[a-z0-9][a-z0-9._:/-]*\\*?|\\*");
    private static final Pattern SOURCE_ADDRESS =
            Pattern.compile("(https://[^\\s/,]+|http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?)/[^\\s,]*");
    private static final Pattern WEB =
            Pattern.compile("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._/-]*)?/?");

    static final Kind<String> ADDRESS = matching("a host name or address, as in 127.0.0.1", HOST);
    static final Kind<String> DOMAIN_NAME = matching("a domain in lower case, as in apps.example.com", DOMAIN);
    static final Kind<Path> PATH = new Kind<>("a path", Kind::path);
    static final Kind<List<String>> NAMES =
            new Kind<>("names separated by commas, * at an end for any ending", Kind::names);
    static final Kind<Use> SANDBOX =
            words(Map.of("auto", Use.AUTO, "bubblewrap", Use.REQUIRED, "none", Use.NEVER), "auto, bubblewrap or none");
    static final Kind<Use> CONTROL_GROUPS =
            words(Map.of("auto", Use.AUTO, "required", Use.REQUIRED, "none", Use.NEVER), "auto, required or none");
    static final Kind<RegistryAuth> REGISTRY_AUTH =
            words(Map.of("token", RegistryAuth.TOKEN, "none", RegistryAuth.NONE), "token or none");
    static final Kind<ServerConfig.BuildPlace> BUILD_PLACE =
            words(Map.of("pods", ServerConfig.BuildPlace.PODS, "host", ServerConfig.BuildPlace.HOST), "pods or host");
    static final Kind<OrchestratorKind> ORCHESTRATOR = words(
            Map.of(
                    "auto", OrchestratorKind.AUTO,
                    "local", OrchestratorKind.LOCAL,
                    "kubernetes", OrchestratorKind.KUBERNETES),
            "auto, local or kubernetes");
    static final Kind<String> OBJECT =
            matching("a name of Kubernetes, as in traefik", Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"));
    static final Kind<String> PLACED = matching(
            "a namespace and a name, as in kube-system/backendim",
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"));
    static final Kind<String> CONTEXT = matching("a name in the kubeconfig", Pattern.compile("[^\\s,]{1,253}"));
    static final Kind<String> HOST_AND_PORT =
            matching("a host with its port, as in 10.0.0.5:8080", Pattern.compile("[A-Za-z0-9.-]{1,253}:[0-9]{1,5}"));
    static final Kind<URI> S3_ENDPOINT = new Kind<>(
            "an address without a path, as in https://s3.eu-central-1.amazonaws.com or http://10.0.0.5:9000",
            text -> text.matches("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
                    ? Optional.of(URI.create(text.replaceFirst("/$", "")))
                    : Optional.empty());
    static final Kind<String> S3_REGION =
            matching("a region, as in eu-central-1", Pattern.compile("[a-zA-Z0-9-]{1,64}"));
    static final Kind<String> S3_BUCKET =
            matching("a bucket's name, as in my-registry", Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"));
    static final Kind<String> S3_PREFIX = matching(
            "folders, as in servers/one",
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*"));
    static final Kind<ServerConfig.S3Addressing> S3_ADDRESSING = words(
            Map.of("true", ServerConfig.S3Addressing.PATH, "false", ServerConfig.S3Addressing.VIRTUAL_HOST),
            "true or false");
    static final Kind<LogLevel> LEVEL = words(
            Map.of(
                    "error", LogLevel.ERROR,
                    "warn", LogLevel.WARN,
                    "info", LogLevel.INFO,
                    "debug", LogLevel.DEBUG),
            "error, warn, info or debug");

    static final Kind<OnBase> BASES =
            words(Map.of("auto", OnBase.AUTO, "always", OnBase.ALWAYS, "never", OnBase.NEVER), "auto, always or never");
    static final Kind<Map<String, String>> RUNTIME_IMAGES = pairs(
            "runtime=image separated by commas, as in python=docker.io/library/python:{version}-slim",
            RUNTIME_IMAGE,
            text -> Optional.of(text));
    static final Kind<Map<String, URI>> MIRRORS =
            pairs("host=address separated by commas, as in docker.io=http://10.0.0.5:5000", MIRROR, Kind::web);
    static final Kind<List<String>> IMAGE_NAMES =
            new Kind<>("image names without tag separated by commas, * at an end for any ending", Kind::imageNames);
    static final Kind<URI> WEB_ADDRESS =
            new Kind<>("an address as in https://registry.example.com, with a path for a prefix", Kind::web);
    static final Kind<String> ACCOUNT = matching("a user name", Pattern.compile("[^\\s:]{1,255}"));

    /** No user or password in it: an address is shown to anybody who may see the log. */
    static final Kind<String> POSTGRESQL = matching(
            "an address as in jdbc:postgresql://db.example.com:5432/backendim, without user and password",
            Pattern.compile("jdbc:postgresql://(?!.*(?i:[?&](user|password)=))[A-Za-z0-9.,:\\[\\]-]+/[A-Za-z0-9_.-]+"
                    + "(\\?[A-Za-z0-9_.,:/=&%-]+)?"));

    static final Kind<ScanTool> SCAN_TOOL = words(
            Map.of("auto", ScanTool.AUTO, "builtin", ScanTool.BUILTIN, "trivy", ScanTool.TRIVY),
            "auto, builtin or trivy");
    static final Kind<ScanBlock> SCAN_BLOCK = words(
            Map.of(
                    "none", ScanBlock.NONE,
                    "low", ScanBlock.LOW,
                    "medium", ScanBlock.MEDIUM,
                    "high", ScanBlock.HIGH,
                    "critical", ScanBlock.CRITICAL),
            "none, low, medium, high or critical");
    static final Kind<List<String>> SCAN_SOURCES =
            new Kind<>("paths and https addresses separated by commas, as in /var/lib/osv/PyPI.zip", Kind::sources);
    static final Kind<Map<String, String>> REASONS = pairs(
            "ID=reason separated by commas, as in CVE-2024-22195=we use no xmlattr",
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9:._-]*)=(\\S[^,]*)"),
            text -> Optional.of(text));

    static Kind<Integer> count(int min, int max) {
        return new Kind<>(
                min + " to " + max,
                text -> text.matches("[0-9]{1,9}")
                        ? Optional.of(Integer.valueOf(text)).filter(value -> value >= min && value <= max)
                        : Optional.empty());
    }

    static Kind<Duration> span(Duration min, Duration max) {
        return new Kind<>(
                min.toSeconds() + "s to " + max.toMinutes() + "m, as in 90s or 10m",
                text -> span(text).filter(value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0));
    }

    private static Optional<Duration> span(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                });
    }

    /** Bounds in MiB. */
    static Kind<Long> size(long minMebibytes, long maxMebibytes) {
        return new Kind<>(
                minMebibytes + "Mi to " + maxMebibytes + "Mi, as in 512Mi or 2Gi",
                text -> bytes(text).filter(value -> value >= minMebibytes << 20 && value <= maxMebibytes << 20));
    }

    private static Optional<Long> bytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int shift = switch (matcher.group(2)) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            default -> 30;
        };
        return Optional.of(Long.parseLong(matcher.group(1)) << shift);
    }

    /** As {@code kind}, and nothing at all is allowed too. */
    static <T> Kind<Optional<T>> orNothing(Kind<T> kind) {
        return new Kind<>(
                kind.expected(),
                text -> text.isEmpty()
                        ? Optional.of(Optional.empty())
                        : kind.parse().apply(text).map(Optional::of));
    }

    private static <T> Kind<Map<String, T>> pairs(
            String expected, Pattern grammar, Function<String, Optional<T>> value) {
        return new Kind<>(expected, text -> {
            Map<String, T> found = new TreeMap<>();
            for (String pair : listed(text)) {
                Matcher matcher = grammar.matcher(pair);
                if (!matcher.matches()) {
                    return Optional.empty();
                }
                Optional<T> right = value.apply(matcher.group(2));
                if (right.isEmpty()) {
                    return Optional.empty();
                }
                found.put(matcher.group(1), right.get());
            }
            return Optional.of(found);
        });
    }

    private static Optional<List<String>> imageNames(String text) {
        List<String> names = listed(text);
        return names.stream().allMatch(name -> IMAGE_NAME.matcher(name).matches())
                ? Optional.of(names)
                : Optional.empty();
    }

    private static List<String> listed(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .toList();
    }

    private static Optional<URI> web(String text) {
        return WEB.matcher(text).matches() ? Optional.of(URI.create(text)) : Optional.empty();
    }

    private static Kind<String> matching(String expected, Pattern pattern) {
        return new Kind<>(expected, text -> pattern.matcher(text).matches() ? Optional.of(text) : Optional.empty());
    }

    private static <T> Kind<T> words(Map<String, T> words, String expected) {
        return new Kind<>(expected, text -> Optional.ofNullable(words.get(text)));
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isBlank()
                    ? Optional.empty()
                    : Optional.of(Path.of(text).toAbsolutePath().normalize());
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }

    /** Plain http only on this machine: who can change an advisory on its way can hide a fault. */
    private static Optional<List<String>> sources(String text) {
        List<String> sources = Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(source -> !source.isEmpty())
                .toList();
        boolean good = sources.stream()
                .allMatch(source -> source.contains("://")
                        ? SOURCE_ADDRESS.matcher(source).matches()
                        : path(source).isPresent());
        return good ? Optional.of(sources) : Optional.empty();
    }

    private static Optional<List<String>> names(String text) {
        List<String> names = listed(text);
        return names.stream().allMatch(name -> NAME.matcher(name).matches()) ? Optional.of(names) : Optional.empty();
    }
}
