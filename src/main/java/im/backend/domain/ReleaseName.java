package im.backend.domain;

/** {@code {projectId}-{12 hex of the commit}}: name of the release's namespace and volume claim (seed 004). */
public record ReleaseName(ProjectId project, CommitHash commit) {
    @Override
    public String toString() {
        return project + "-" + commit.shortForm();
    }
}
