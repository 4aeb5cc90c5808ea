package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.domain.Deployment;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.project.ProjectEnv;
import im.backend.wire.project.EnvChangeRequest;
import im.backend.wire.project.EnvReply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Environment that is set on a project itself and wins over its backend.yml. */
final class EnvRoutes {
    private static final String ENV = "/v1/projects/{project}/env";

    private final ProjectEnv env;

    EnvRoutes(ProjectEnv env) {
        this.env = env;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get(ENV, Access.USER, "The environment that is set on a project")
                        .replies(200, EnvReply.class, call -> reply(call, Optional.empty())),
                ApiRoute.patch(ENV, Access.USER, "Set and unset names; the live release restarts with them")
                        .reads(EnvChangeRequest.class)
                        .replies(200, EnvReply.class, this::change));
    }

    private Answer change(Call call) {
        EnvChangeRequest request = call.body(EnvChangeRequest.class);
        Map<EnvName, EnvValue> puts = new HashMap<>();
        request.set().forEach((name, value) -> puts.put(new EnvName(name), EnvValue.parse(value)));
        List<EnvName> removes = request.unset().stream().map(EnvName::new).toList();
        Optional<Deployment> deployment = env.change(
                call.caller(),
                call.project(),
                new ProjectEnv.Change(puts, removes, request.restart().orElse(true)));
        return reply(call, deployment);
    }

    private Answer reply(Call call, Optional<Deployment> deployment) {
        Map<String, String> values = new TreeMap<>();
        env.list(call.caller(), call.project()).forEach((name, value) -> values.put(name.value(), text(value)));
        return Answer.of(
                new EnvReply(call.project(), values, deployment.map(started -> Bodies.accepted(call, started))));
    }

    private static String text(EnvValue value) {
        return switch (value) {
            case EnvValue.Literal(String text) -> text;
            case EnvValue.Secret(var name) -> EnvValue.SECRET_PREFIX + name;
        };
    }
}
