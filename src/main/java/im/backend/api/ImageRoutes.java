package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.build.ImageBase;
import im.backend.build.ImageReference;
import im.backend.project.ImageDesk;
import im.backend.wire.Page;
import im.backend.wire.server.ImageBaseBody;
import im.backend.wire.server.PullBaseRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** The base images that builds stand on. */
final class ImageRoutes {
    private static final String BASES = "/v1/registry/bases";

    private final ImageDesk desk;

    ImageRoutes(ImageDesk desk) {
        this.desk = desk;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get(BASES, Access.USER, "The base images that are in the registry here")
                        .replies(new ApiRoute.Reply.Many(ImageBaseBody.class), this::list),
                ApiRoute.post(
                                BASES,
                                Access.USER,
                                "Bring in a base image from an archive: docker save or an OCI layout, as tar or tar.gz")
                        .query("name", "the reference that it is for, as docker.io/library/python:3.12-slim")
                        .readsStream()
                        .replies(201, ImageBaseBody.class, this::bring),
                ApiRoute.post(
                                BASES + "/pull",
                                Access.USER,
                                "Bring in a base image from its registry, or what its name means there today")
                        .reads(PullBaseRequest.class)
                        .replies(200, ImageBaseBody.class, this::pull));
    }

    private Answer list(Call call) {
        return Answer.of(new Page<>(
                desk.list(call.caller()).stream().map(ImageRoutes::body).toList(), Optional.empty()));
    }

    private Answer bring(Call call) throws IOException {
        String name = call.query("name").orElseThrow(() -> Call.badParameter("name", "(expected: a reference)"));
        try (InputStream archive = call.body()) {
            ImageBase brought = desk.bring(call.caller(), ImageReference.parse(name), archive);
            return Answer.created(body(brought), BASES);
        }
    }

    private Answer pull(Call call) {
        PullBaseRequest request = call.body(PullBaseRequest.class);
        return Answer.of(body(desk.pull(call.caller(), ImageReference.parse(request.reference()))));
    }

    private static ImageBaseBody body(ImageBase base) {
        return new ImageBaseBody(
                base.reference().toString(), base.repository(), base.digest().value(), base.layers(), base.sizeBytes());
    }
}
