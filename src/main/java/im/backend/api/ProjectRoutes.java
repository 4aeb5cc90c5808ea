package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.deploy.Operations;
import im.backend.deploy.ProjectState;
import im.backend.domain.Project;
import im.backend.domain.ProjectName;
import im.backend.domain.ReleaseVersion;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Schedules;
import im.backend.project.Projects;
import im.backend.wire.Page;
import im.backend.wire.app.StateBody;
import im.backend.wire.project.CreateProjectRequest;
import im.backend.wire.project.ProjectBody;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Projects, and what runs of them. */
final class ProjectRoutes {
    private static final String PROJECT = "/v1/projects/{project}";

    private final Projects projects;
    private final Operations operations;

    ProjectRoutes(Projects projects, Operations operations) {
        this.projects = projects;
        this.operations = operations;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get("/v1/projects", Access.USER, "Your projects, sorted by id")
                        .query("limit", "items at most, 1 to 200")
                        .query("after", "only those after this id")
                        .replies(new ApiRoute.Reply.Many(ProjectBody.class), this::list),
                ApiRoute.post("/v1/projects", Access.USER, "Make an empty project; a deployment makes one as well")
                        .reads(CreateProjectRequest.class)
                        .replies(201, ProjectBody.class, this::create),
                ApiRoute.get(PROJECT, Access.USER, "A project, by name or id")
                        .replies(200, ProjectBody.class, call -> Answer.of(body(find(call), url(call)))),
                ApiRoute.get(PROJECT + "/state", Access.USER, "What runs of a project just now")
                        .replies(200, StateBody.class, this::state),
                ApiRoute.delete(PROJECT, Access.USER, "Delete a project with its source, data, secrets and releases")
                        .query("confirm", "the project's name once more")
                        .replies(new ApiRoute.Reply.Nothing(), this::delete));
    }

    private Project find(Call call) {
        return projects.find(call.caller(), call.project());
    }

    private Optional<String> url(Call call) {
        return operations.urls(call.caller(), call.project()).stream()
                .findFirst()
                .map(URI::toString);
    }

    private Answer list(Call call) {
        int limit = call.limit();
        List<Project> found = projects.list(call.caller(), call.query("after").orElse(""), limit);
        Optional<String> next = found.size() < limit
                ? Optional.empty()
                : Optional.of(found.getLast().id().value());
        return Answer.of(new Page<>(
                found.stream().map(project -> body(project, Optional.empty())).toList(), next));
    }

    private Answer create(Call call) {
        Project created = projects.create(
                call.caller(),
                new ProjectName(call.body(CreateProjectRequest.class).name()));
        return Answer.created(body(created, Optional.empty()), "/v1/projects/" + created.id());
    }

    private Answer delete(Call call) {
        projects.delete(call.caller(), call.project(), call.query("confirm").orElse(""));
        return Answer.nothing();
    }

    private static ProjectBody body(Project project, Optional<String> url) {
        return new ProjectBody(
                project.id().value(),
                project.name().value(),
                project.owner().value(),
                project.createdAt(),
                project.live().map(ReleaseVersion::toString),
                url);
    }

    private Answer state(Call call) {
        ProjectState state = operations.state(call.caller(), call.project());
        return Answer.of(new StateBody(
                state.project().id().value(),
                state.live().map(release -> release.version().toString()),
                state.urls().stream().map(URI::toString).toList(),
                state.unsecured().entrySet().stream()
                        .map(host -> new StateBody.UnsecuredBody(host.getKey().value(), host.getValue()))
                        .toList(),
                state.replicas(),
                state.instances().stream().map(ProjectRoutes::instance).toList(),
                state.scheduled().stream().map(ProjectRoutes::cron).toList(),
                state.newest().map(Bodies::deployment)));
    }

    private static StateBody.CronBody cron(Schedules.State state) {
        return new StateBody.CronBody(
                state.name(),
                state.schedule().text(),
                state.next(),
                state.last().map(run -> run(run.begun(), run.outcome())));
    }

    private static StateBody.RunBody run(Instant begun, Schedules.Outcome outcome) {
        return switch (outcome) {
            case Schedules.Outcome.Running running ->
                new StateBody.RunBody(begun, "running", Optional.empty(), Optional.empty());
            case Schedules.Outcome.Ended ended ->
                new StateBody.RunBody(begun, "ended", Optional.of(ended.exit().code()), Optional.empty());
            case Schedules.Outcome.Failed failed ->
                new StateBody.RunBody(begun, "failed", Optional.empty(), Optional.of(failed.why()));
        };
    }

    private static StateBody.InstanceBody instance(ProjectState.SeenInstance seen) {
        String process = seen.instance().key().process();
        int ordinal = seen.instance().key().ordinal();
        return switch (seen.observation()) {
            case Observation.Running running ->
                new StateBody.InstanceBody(
                        process,
                        ordinal,
                        "running",
                        running.restarts(),
                        Optional.of(running.memoryBytes()),
                        Optional.empty(),
                        Optional.empty());
            case Observation.Exited exited ->
                new StateBody.InstanceBody(
                        process,
                        ordinal,
                        "exited",
                        exited.restarts(),
                        Optional.empty(),
                        Optional.of(exited.exit().code()),
                        Optional.of(exited.exit().outOfMemory()));
            case Observation.Held held ->
                new StateBody.InstanceBody(
                        process, ordinal, "held", 0, Optional.empty(), Optional.empty(), Optional.empty());
            case Observation.Absent absent ->
                new StateBody.InstanceBody(
                        process, ordinal, "absent", 0, Optional.empty(), Optional.empty(), Optional.empty());
        };
    }
}
