package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.deploy.Releases;
import im.backend.domain.Deployment;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.project.Projects;
import im.backend.wire.Page;
import im.backend.wire.deployment.DeploymentReply;
import im.backend.wire.release.ReleaseBody;
import im.backend.wire.release.RollbackRequest;
import java.util.List;
import java.util.Optional;

/** What was live once, and going back to it. */
final class ReleaseRoutes {
    private static final String RELEASES = "/v1/projects/{project}/releases";

    private final Releases releases;
    private final Projects projects;

    ReleaseRoutes(Releases releases, Projects projects) {
        this.releases = releases;
        this.projects = projects;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get(RELEASES, Access.USER, "A project's releases, newest first")
                        .query("limit", "items at most, 1 to 200")
                        .query("before", "only those before this version")
                        .replies(new ApiRoute.Reply.Many(ReleaseBody.class), this::list),
                ApiRoute.get(RELEASES + "/{version}", Access.USER, "A release, as v12 or 12")
                        .replies(200, ReleaseBody.class, this::find),
                ApiRoute.post(
                                "/v1/projects/{project}/rollback",
                                Access.DEPLOY,
                                "Make an older release live again, without a build, as a new release")
                        .reads(RollbackRequest.class)
                        .replies(202, DeploymentReply.class, this::rollback));
    }

    private Answer list(Call call) {
        int limit = call.limit();
        int before = call.query("before")
                .map(text -> ReleaseVersion.parse(text).number())
                .orElse(Integer.MAX_VALUE);
        Project project = projects.find(call.caller(), call.project());
        List<Release> found = releases.list(call.caller(), call.project(), before, limit);
        Optional<String> next = found.size() < limit
                ? Optional.empty()
                : Optional.of(found.getLast().version().toString());
        return Answer.of(
                new Page<>(found.stream().map(release -> body(release, project)).toList(), next));
    }

    private static ReleaseBody body(Release release, Project project) {
        return Bodies.release(release, project.live().equals(Optional.of(release.version())));
    }

    private Answer find(Call call) {
        Project project = projects.find(call.caller(), call.project());
        Release found = releases.find(call.caller(), call.project(), ReleaseVersion.parse(call.path("version")));
        return Answer.of(body(found, project));
    }

    private Answer rollback(Call call) {
        Optional<ReleaseVersion> version = call.bodyOr(RollbackRequest.class, new RollbackRequest(Optional.empty()))
                .version()
                .map(ReleaseVersion::parse);
        Deployment deployment = version.isPresent()
                ? releases.rollback(call.caller(), call.project(), version.get())
                : releases.rollback(call.caller(), call.project());
        return Answer.accepted(Bodies.accepted(call, deployment), "/v1/deployments/" + deployment.id());
    }
}
