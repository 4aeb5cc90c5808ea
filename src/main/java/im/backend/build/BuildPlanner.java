package im.backend.build;

import im.backend.domain.AppManifest;
import im.backend.domain.SourceTree;

/** Looks at a tree and says how it is built and started. Safe for several threads. */
@FunctionalInterface
public interface BuildPlanner {
    /**
     * What the manifest says wins over what is found. Reads a bounded number of files. Fails with {@code StageFailed}
     * {@code detection-failed}, which says what was looked for.
     */
    BuildPlan plan(SourceTree tree, AppManifest manifest);
}
