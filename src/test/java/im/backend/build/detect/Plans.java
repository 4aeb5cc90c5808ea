package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.StartPlan;
import im.backend.manifest.ManifestReader;
import java.nio.charset.StandardCharsets;

/** Plans of small trees. */
final class Plans {
    private Plans() {}

    static BuildPlan plan(String... pathsAndTexts) {
        return new Detection().plan(InMemorySourceTree.of(pathsAndTexts), AppManifest.defaults());
    }

    static String web(BuildPlan plan) {
        return plan.outline().start().processes().get(StartPlan.WEB).text();
    }

    static AppManifest manifest(String backendYml) {
        return ManifestReader.parse(backendYml.getBytes(StandardCharsets.UTF_8));
    }
}
