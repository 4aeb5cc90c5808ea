package im.backend.build;

import im.backend.domain.ProjectId;

/**
 * Runs the language's own tools on a plan, apart from the platform and under limits of time, memory and processes. Safe
 * for several threads.
 */
public interface BuildSandbox {
    /**
     * Installs what is not installed yet, runs the build and the test command. Interrupting the thread kills every
     * process of the build within 10 s. Fails with {@code StageFailed}: {@code build-failed}, {@code test-failed},
     * {@code runtime-missing}, {@code builder-missing}, {@code sandbox-missing}, {@code timeout}, {@code out-of-memory}, {@code cancelled}; the evidence is the last 50
     * lines.
     */
    Built build(BuildRequest request, BuildPlan plan, BuildListener listener);

    /** Removes results that no build used for a week. */
    void prune();

    /** Removes all that builds of this project left; does nothing when there is nothing. */
    void forget(ProjectId project);
}
