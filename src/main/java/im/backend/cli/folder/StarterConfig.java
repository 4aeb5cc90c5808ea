package im.backend.cli.folder;

import im.backend.build.BuildPlan.Outline;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.StartPlan;
import java.net.URI;
import java.util.Optional;

/**
 * The backend.yml that {@code init} writes: what was found, and the other keys as comments to pick from. What a Procfile
 * or app.json says already stays there: written down here it would stand in two places, and this one wins.
 */
final class StarterConfig {
    private StarterConfig() {}

    static String text(String name, Optional<Outline> found, AppManifest others, URI server) {
        String runtime =
                found.map(outline -> outline.start().runtime().toString()).orElse("python:3.12");
        String entrypoint = found.map(Outline::start)
                .flatMap(start -> Optional.ofNullable(start.processes().get(StartPlan.WEB)))
                .map(Command::text)
                .orElse("python3 main.py");
        boolean said = others.entrypoint().isPresent();
        String mark = found.isPresent() && !said ? "" : "# ";
        boolean started = !said
                && found.filter(outline -> outline.start().processes().containsKey(StartPlan.WEB))
                        .isPresent();
        String startMark = started ? "" : "# ";
        String reason = found.map(outline -> "Detected: " + outline.reason() + ".")
                .orElse("Nothing was recognised here: remove the # of the next lines and make them right.");
        String source = said
                ? "The Procfile goes on being read; what stands here wins over it."
                : "Without these two lines the app is looked at again at each deploy.";
        return """
            # yaml-language-server: $schema=%s/schemas/backend.schema.json
            name: %s

            # %s
            # %s
            %sruntime: "%s"
            %sentrypoint: %s

            # The app listens on the port in the environment variable PORT. It is up when this path answers.
            # healthcheck: /healthz

            # Values that are no secret stand here; secrets are set with: backendim secret set db_url=...
            # env:
            #   LOG_LEVEL: info
            #   DATABASE_URL: secret:db_url

            # A folder that outlives deployments; the app finds it in DATA_DIR.
            # volumes:
            #   - {name: data, path: /data, size: 1Gi}

            # Runs before a new release takes traffic, as a database migration.
            # release: python3 migrate.py

            # Further processes without traffic.
            # processes:
            #   worker: python3 worker.py

            # Must pass before the release is made.
            # test: pytest -q

            # resources:
            #   memory: 512Mi
            #   cpu: 0.5
            """.formatted(server, name, reason, source, mark, runtime, startMark, quotedIfNeeded(entrypoint));
    }

    /** A command may hold what YAML gives a meaning; JSON's quotes are YAML's too. */
    private static String quotedIfNeeded(String command) {
        boolean plain = command.chars().allMatch(c -> Character.isLetterOrDigit(c) || " ./_-=+$".indexOf(c) >= 0)
                && !command.startsWith("-");
        return plain ? command : "\"" + command.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
