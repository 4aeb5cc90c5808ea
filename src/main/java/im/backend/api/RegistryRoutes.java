package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.project.RegistryDesk;
import im.backend.registry.Collected;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.RegistryUsage;
import im.backend.wire.Page;
import im.backend.wire.server.CollectReply;
import im.backend.wire.server.CollectRequest;
import im.backend.wire.server.RegistryUsageReply;
import im.backend.wire.server.RepositoryBody;
import java.util.List;
import java.util.Optional;

/** The image registry as people look after it. */
final class RegistryRoutes {
    private static final String REGISTRY = "/v1/registry";

    private final RegistryDesk desk;

    RegistryRoutes(RegistryDesk desk) {
        this.desk = desk;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get(REGISTRY + "/repositories", Access.USER, "Your image repositories, sorted by name")
                        .query("limit", "items at most, 1 to 200")
                        .query("after", "only those after this name")
                        .replies(new ApiRoute.Reply.Many(RepositoryBody.class), this::list),
                ApiRoute.get(REGISTRY + "/usage", Access.USER, "What the registry holds, in bytes and by owner")
                        .replies(200, RegistryUsageReply.class, this::usage),
                ApiRoute.post(REGISTRY + "/collect", Access.USER, "Remove the images that nobody can want any more")
                        .reads(CollectRequest.class)
                        .replies(200, CollectReply.class, this::collect));
    }

    private Answer list(Call call) {
        int limit = call.limit();
        List<RegistryDesk.Listed> found =
                desk.list(call.caller(), call.query("after").orElse(""), limit);
        Optional<String> next = found.size() < limit
                ? Optional.empty()
                : Optional.of(found.getLast().name().value());
        return Answer.of(new Page<>(
                found.stream()
                        .map(one -> new RepositoryBody(one.name().value(), one.tags()))
                        .toList(),
                next));
    }

    private Answer usage(Call call) {
        RegistryUsage usage = desk.usage(call.caller());
        return Answer.of(
                new RegistryUsageReply(usage.repositories(), usage.blobs(), usage.bytes(), usage.bytesByOwner()));
    }

    private Answer collect(Call call) {
        boolean dryRun = call.bodyOr(CollectRequest.class, new CollectRequest(Optional.empty()))
                .dryRun()
                .orElse(false);
        Collected done = desk.collect(call.caller(), dryRun ? Extent.DRY_RUN : Extent.REMOVE);
        return Answer.of(new CollectReply(
                dryRun,
                done.manifests(),
                done.links(),
                done.blobs(),
                done.bytes(),
                done.uploads(),
                done.repositories()));
    }
}
