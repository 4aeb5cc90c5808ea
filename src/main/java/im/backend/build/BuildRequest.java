package im.backend.build;

import im.backend.domain.AppManifest;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import java.util.Map;

/**
 * @param environment the literal env of the manifest, so that build commands see it; never a secret
 */
public record BuildRequest(ProjectId project, SourceTree tree, AppManifest manifest, Map<String, String> environment) {
    public BuildRequest {
        environment = Map.copyOf(environment);
    }
}
