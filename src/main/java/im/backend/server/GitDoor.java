package im.backend.server;

import im.backend.api.Api;
import im.backend.api.http.RateLimiter;
import im.backend.deploy.ProjectAccess;
import im.backend.domain.Caller;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.identity.Audience;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.project.Projects;
import im.backend.source.GitAccess;
import java.util.Optional;

/** Lets git in with what the API takes: a token, or an account's key as the password. */
record GitDoor(Api.Identity identity, ProjectAccess access, Projects projects, RateLimiter requests)
        implements GitAccess {
    private static final char TOKEN_SEPARATOR = '.';

    @Override
    public Caller authenticate(String credential, String address) {
        Caller caller = credential.indexOf(TOKEN_SEPARATOR) >= 0
                ? identity.verifier().verify(credential, Audience.API)
                : identity.signIns().authenticate(credential, address);
        requests.take(caller.user().value());
        return caller;
    }

    @Override
    public Optional<ProjectId> find(Caller caller, String nameOrId) {
        try {
            return Optional.of(access.find(caller, nameOrId)).map(Project::id);
        } catch (ProblemException refused) {
            return switch (refused.problem()) {
                case Problem.NotFound absent -> Optional.empty();
                default -> throw refused;
            };
        }
    }

    @Override
    public ProjectId create(Caller caller, ProjectName name) {
        return projects.create(caller, name).id();
    }
}
