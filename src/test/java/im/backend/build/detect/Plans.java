package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.StartPlan;

/** Plans of small trees. */
final class Plans {
    private Plans() {}

    static BuildPlan plan(String... pathsAndTexts) {
        return new Detection().plan(InMemorySourceTree.of(pathsAndTexts), AppManifest.defaults());
    }

    static String web(BuildPlan plan) {
        return plan.outline().start().processes().get(StartPlan.WEB).text();
    }
}
