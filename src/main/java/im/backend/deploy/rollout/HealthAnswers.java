package im.backend.deploy.rollout;

import im.backend.deploy.progress.Wording;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.ProjectId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What an instance answers to a health check, and whether that is good. */
final class HealthAnswers {
    private static final List<String> USUAL_PATHS = List.of("/healthz", "/health", "/up");
    private static final String ROOT = "/";
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);

    private final HealthProbe.Target target;
    private final HealthCheck check;
    private final Map<ProjectId, String> answered;
    private String last = "";

    /** @param answered the path that each project answered last, which is asked first; is told of this one's */
    HealthAnswers(HealthProbe.Target target, Map<ProjectId, String> answered) {
        this.target = target;
        this.check = target.release().manifest().healthcheck();
        this.answered = answered;
    }

    /** Empty when nobody takes connections there. */
    Optional<HttpPing> connect() {
        return HttpPing.connect(target.endpoint(), CONNECT_MAX);
    }

    /** The last answer in words; empty before there was one. */
    String last() {
        return last;
    }

    /** @param open is closed in any case */
    boolean areGood(HttpPing open) {
        return check.path().isPresent()
                ? configuredPathAnswers(open, check.path().get())
                : usualPathAnswers(open);
    }

    private boolean configuredPathAnswers(HttpPing connection, String path) {
        return switch (ask(connection, path)) {
            case HttpPing.Answer.Status(int code) -> code >= 200 && code < 400;
            case HttpPing.Answer.NotHttp() -> false;
            case HttpPing.Answer.Silent silent -> false;
        };
    }

    private boolean usualPathAnswers(HttpPing open) {
        Optional<HttpPing> connection = Optional.of(open);
        for (String path : paths()) {
            if (connection.isEmpty()) {
                return false;
            }
            switch (ask(connection.get(), path)) {
                case HttpPing.Answer.Status(int code) -> {
                    if (healthy(path, code)) {
                        answered.put(target.release().project(), path);
                        return true;
                    }
                    if (code >= 500) {
                        return false;
                    }
                }
                case HttpPing.Answer.NotHttp() -> {
                    return true;
                }
                // An app that breaks off each request has an open port too, and is of no use behind a proxy.
                case HttpPing.Answer.Silent silent -> {
                    return false;
                }
            }
            connection = connect();
        }
        connection.ifPresent(HttpPing::close);
        return false;
    }

    private Set<String> paths() {
        Set<String> paths = new LinkedHashSet<>();
        Optional.ofNullable(answered.get(target.release().project())).ifPresent(paths::add);
        paths.addAll(USUAL_PATHS);
        paths.add(ROOT);
        return paths;
    }

    private static boolean healthy(String path, int code) {
        return path.equals(ROOT) ? code < 500 : code >= 200 && code < 400;
    }

    private HttpPing.Answer ask(HttpPing connection, String path) {
        try (connection) {
            HttpPing.Answer answer = connection.get(path, target.host().value(), check.timeout());
            last = switch (answer) {
                case HttpPing.Answer.Status(int code) -> "GET " + path + " answered " + code;
                case HttpPing.Answer.NotHttp() -> "GET " + path + " was not answered in HTTP/1";
                case HttpPing.Answer.Silent(boolean timedOut) ->
                    "GET " + path
                            + (timedOut
                                    ? " was not answered within " + Wording.of(check.timeout())
                                    : " was cut off without an answer");
            };
            return answer;
        }
    }
}
