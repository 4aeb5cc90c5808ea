package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.domain.Deployment;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.project.ProjectSecrets;
import im.backend.wire.project.SecretChangeRequest;
import im.backend.wire.project.SecretValueRequest;
import im.backend.wire.project.SecretsReply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Secrets of a project: written, named, and never read back. */
final class SecretRoutes {
    private static final String SECRETS = "/v1/projects/{project}/secrets";
    private static final String SECRET = SECRETS + "/{name}";

    private final ProjectSecrets secrets;

    SecretRoutes(ProjectSecrets secrets) {
        this.secrets = secrets;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get(SECRETS, Access.USER, "A project's secrets, without their values")
                        .replies(200, SecretsReply.class, call -> reply(call, Optional.empty())),
                ApiRoute.patch(SECRETS, Access.USER, "Set and unset secrets; the live release restarts with them")
                        .reads(SecretChangeRequest.class)
                        .replies(200, SecretsReply.class, this::change),
                ApiRoute.put(SECRET, Access.USER, "Set one secret")
                        .reads(SecretValueRequest.class)
                        .replies(200, SecretsReply.class, this::put),
                ApiRoute.delete(SECRET, Access.USER, "Remove one secret")
                        .query("restart", "false leaves the live release as it is")
                        .replies(200, SecretsReply.class, this::delete));
    }

    private Answer change(Call call) {
        SecretChangeRequest request = call.body(SecretChangeRequest.class);
        Map<SecretName, SecretValue> puts = new HashMap<>();
        request.set().forEach((name, value) -> puts.put(new SecretName(name), new SecretValue(value)));
        List<SecretName> removes = request.unset().stream().map(SecretName::new).toList();
        return change(
                call, new ProjectSecrets.Change(puts, removes, request.restart().orElse(true)));
    }

    private Answer put(Call call) {
        SecretName name = new SecretName(call.path("name"));
        SecretValueRequest request = call.body(SecretValueRequest.class);
        return change(
                call,
                new ProjectSecrets.Change(
                        Map.of(name, new SecretValue(request.value())),
                        List.of(),
                        request.restart().orElse(true)));
    }

    private Answer delete(Call call) {
        SecretName name = new SecretName(call.path("name"));
        boolean restart = call.query("restart").isEmpty() || call.flag("restart");
        return change(call, new ProjectSecrets.Change(Map.of(), List.of(name), restart));
    }

    private Answer change(Call call, ProjectSecrets.Change change) {
        return reply(call, secrets.change(call.caller(), call.project(), change));
    }

    private Answer reply(Call call, Optional<Deployment> deployment) {
        return Answer.of(new SecretsReply(
                call.project(),
                secrets.list(call.caller(), call.project()).stream()
                        .map(Bodies::secret)
                        .toList(),
                deployment.map(started -> Bodies.accepted(call, started))));
    }
}
