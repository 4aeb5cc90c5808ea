package im.backend.deploy.rollout;

import im.backend.deploy.ports.DeploySettings;
import im.backend.domain.CommitHash;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.store.ProjectStore;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which hosts point at which project: {@code {name}} for the first project of that name, {@code {name}-{owner}} always,
 * and the commit's 12 digits for the release that is live. Whoever comes second to a label goes without it.
 */
public final class Hosts {
    private static final int PAGE = 500;

    private final DeploySettings settings;
    private final Map<String, ProjectId> shortLabels = new ConcurrentHashMap<>();
    private final Map<String, ProjectId> stableLabels = new ConcurrentHashMap<>();
    private final Map<String, ProjectId> commitLabels = new ConcurrentHashMap<>();

    public Hosts(DeploySettings settings) {
        this.settings = settings;
    }

    /** Claims for every project in the order of their creation, so that a restart changes nobody's host. */
    public void load(ProjectStore projects) {
        List<Project> all = new ArrayList<>();
        String after = "";
        List<Project> page;
        do {
            page = projects.list(new ProjectStore.Owner.Anyone(), after, PAGE);
            all.addAll(page);
            after = page.isEmpty() ? after : page.getLast().id().value();
        } while (page.size() == PAGE);
        all.sort(Comparator.comparing(Project::createdAt).thenComparing(Project::id));
        all.forEach(this::claim);
    }

    public void claim(Project project) {
        stableLabels.put(stableLabel(project.id()), project.id());
        shortLabels.putIfAbsent(project.name().value(), project.id());
    }

    public void forget(ProjectId project) {
        stableLabels.values().remove(project);
        shortLabels.values().remove(project);
        commitLabels.values().removeIf(project::equals);
    }

    /** The shortest first; the last one is {@code {name}-{owner}}. */
    List<Hostname> of(ProjectId project) {
        String name = project.name().value();
        boolean ownsName = project.equals(shortLabels.get(name)) && !stableLabels.containsKey(name);
        Hostname stable = host(stableLabel(project));
        return ownsName ? List.of(host(name), stable) : List.of(stable);
    }

    /** Empty when another project holds the label. */
    Optional<Hostname> of(ProjectId project, CommitHash commit) {
        String label = commit.shortForm();
        if (shortLabels.containsKey(label) || stableLabels.containsKey(label)) {
            return Optional.empty();
        }
        ProjectId holder = commitLabels.putIfAbsent(label, project);
        return holder == null || holder.equals(project) ? Optional.of(host(label)) : Optional.empty();
    }

    void release(ProjectId project, CommitHash commit) {
        commitLabels.remove(commit.shortForm(), project);
    }

    URI url(ProjectId project) {
        return url(of(project).getFirst());
    }

    URI url(Hostname host) {
        return isPassing(host)
                ? settings.apps().passingUrl(host.value())
                : settings.apps().url(host.value());
    }

    /** Whether it is a release's own, and goes with it. */
    boolean isPassing(Hostname host) {
        String end = "." + settings.apps().domain();
        return host.value().endsWith(end)
                && commitLabels.containsKey(
                        host.value().substring(0, host.value().length() - end.length()));
    }

    private Hostname host(String label) {
        return Hostname.parse(label + "." + settings.apps().domain());
    }

    private static String stableLabel(ProjectId project) {
        return project.name() + "-" + project.owner();
    }
}
