package im.backend.deploy;

import im.backend.domain.Deployment;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Schedules;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What was seen of a project just now.
 *
 * @param live empty before the first success and while it is stopped
 * @param urls the shortest first; those that the router knows now
 * @param unsecured hosts that people can not ask over https yet, and why
 * @param scheduled commands that are run at their times, by name
 * @param newest the deployment that was asked for last
 * @param replicas wanted of {@code web}
 */
public record ProjectState(
        Project project,
        Optional<Release> live,
        List<URI> urls,
        SortedMap<Hostname, String> unsecured,
        List<SeenInstance> instances,
        List<Schedules.State> scheduled,
        Optional<Deployment> newest,
        int replicas) {

    public ProjectState {
        urls = List.copyOf(urls);
        unsecured = Collections.unmodifiableSortedMap(unsecured);
        instances = List.copyOf(instances);
        scheduled = List.copyOf(scheduled);
    }

    public record SeenInstance(Instance instance, Observation observation) {}
}
