package im.backend.cli.release;

import im.backend.cli.session.Session;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A release that a command is about.
 *
 * @param path of its resource
 */
record ReleaseChoice(String project, String version, String path) {
    /** @param asked a version; null takes the live release, and the newest one while nothing is live */
    static ReleaseChoice of(Session session, @Nullable String projectAsked, @Nullable String asked) {
        String project = projectAsked != null ? projectAsked : session.project();
        String path = "/v1/projects/" + BackendClient.encode(project);
        String version = asked != null ? asked : current(session, project, path);
        return new ReleaseChoice(project, version, path + "/releases/" + BackendClient.encode(version));
    }

    private static String current(Session session, String project, String path) {
        JsonObject found = session.client().get(path);
        return found.text("release").orElseGet(() -> {
            List<JsonObject> newest =
                    session.client().get(path + "/releases?limit=1").objects("items");
            if (newest.isEmpty()) {
                throw new Problem.NotFound(project + " has no release yet. Deploy it: backendim deploy").asException();
            }
            return newest.getFirst().text("version", "");
        });
    }
}
