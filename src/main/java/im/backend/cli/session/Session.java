package im.backend.cli.session;

import im.backend.cli.terminal.Terminal;
import im.backend.cli.terminal.Times;
import im.backend.client.BackendClient;
import im.backend.client.Credentials;
import im.backend.domain.ProjectName;
import im.backend.domain.Quoted;
import im.backend.manifest.ManifestReader;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one call of the program works with: its options, terminal and environment, and what follows from them. */
public final class Session {
    static final String PROJECT_VARIABLE = "BACKENDIM_PROJECT";
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})(s|m|h)?");

    private final GlobalOptions options;
    private final Terminal terminal;
    private final Map<String, String> environment;
    private final Path folder;
    private final Clock clock;
    private @Nullable BackendClient client;

    public Session(
            GlobalOptions options, Terminal terminal, Map<String, String> environment, Path folder, Clock clock) {
        this.options = options;
        this.terminal = terminal;
        this.environment = environment;
        this.folder = folder;
        this.clock = clock;
    }

    public Terminal terminal() {
        return terminal;
    }

    public Map<String, String> environment() {
        return environment;
    }

    public Path folder() {
        return folder;
    }

    public Clock clock() {
        return clock;
    }

    /** A time of the server as {@code 5m ago} for a person; itself for a program, which can not know when it was asked. */
    public String age(String time) {
        if (!terminal.answersToPerson()) {
            return time;
        }
        return Times.parse(time).map(at -> Times.age(at, clock)).orElse(time);
    }

    public boolean json() {
        return options.json;
    }

    public boolean mayAsk() {
        return !options.noInput && !options.json && terminal.canAsk();
    }

    public Optional<String> askedServer() {
        return Optional.ofNullable(options.server);
    }

    public Credentials credentials() {
        return new Credentials(environment, clock);
    }

    public BackendClient client() {
        BackendClient made = client;
        if (made == null) {
            Credentials credentials = credentials();
            made = new BackendClient(
                    credentials.server(askedServer()), credentials, timeout().orElse(ANSWER_MAX));
            client = made;
        }
        return made;
    }

    /** Of {@code --timeout}. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(options.timeout).map(text -> span("--timeout", text));
    }

    /** {@code 30s}, {@code 10m}, {@code 1h}, or seconds. */
    public static Duration span(String option, String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            throw new Problem.Malformed(
                            "bad-parameter", option + ": " + Quoted.of(text) + " (expected: a time, as 30s, 10m or 1h)")
                    .asException();
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case null, default -> Duration.ofSeconds(count);
        };
    }

    /** The project that is meant: as asked for, else of the folder that the user stands in. */
    public String project() {
        return project(folder);
    }

    public String project(Path source) {
        return namedProject()
                .or(() -> configuredName(source))
                .or(() -> folderName(source))
                .orElseThrow(() -> new Problem.Malformed(
                                "bad-parameter",
                                "No project is named, and the folder's name " + Quoted.of(source.toString())
                                        + " can not be one. Name it with -p NAME or name: in backend.yml.")
                        .asException());
    }

    /** Of {@code -p} or BACKENDIM_PROJECT. */
    public Optional<String> namedProject() {
        return Optional.ofNullable(options.project)
                .or(() -> Optional.ofNullable(environment.get(PROJECT_VARIABLE)))
                .filter(name -> !name.isBlank());
    }

    private static Optional<String> configuredName(Path source) {
        try {
            return ManifestReader.read(source).name().map(ProjectName::value);
        } catch (ProblemException faultyConfig) {
            // A command about another thing does not stop at a fault in backend.yml; deploy reads it itself and tells.
            return Optional.empty();
        }
    }

    /** A folder {@code My_App} is called {@code my-app}. */
    public static Optional<String> folderName(Path source) {
        Path name = source.toAbsolutePath().normalize().getFileName();
        if (name == null) {
            return Optional.empty();
        }
        String label = name.toString()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^[^a-z]+|-+$", "");
        String fitting = label.length() > ProjectName.LENGTH_MAX ? label.substring(0, ProjectName.LENGTH_MAX) : label;
        return Optional.of(fitting.replaceAll("-+$", "")).filter(text -> !text.isEmpty());
    }

    /** The path of the project's resources. */
    public String projectPath() {
        return "/v1/projects/" + BackendClient.encode(project());
    }
}
