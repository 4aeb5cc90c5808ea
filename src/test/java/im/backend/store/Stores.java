package im.backend.store;

import java.time.Clock;

/** The three stores of one state, as the contracts need them together. */
public record Stores(ProjectStore projects, ReleaseStore releases, DeploymentLog deployments) {
    public static Stores inMemory(Clock clock) {
        InMemoryProjectStore projects = new InMemoryProjectStore(clock);
        InMemoryReleaseStore releases = new InMemoryReleaseStore(projects);
        return new Stores(projects, releases, new InMemoryDeploymentLog(projects, releases, clock));
    }
}
