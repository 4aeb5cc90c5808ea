package im.backend.deploy.ports;

import im.backend.domain.AppManifest;
import im.backend.domain.SourceTree;

/** Reads what an app says of itself out of its source. */
@FunctionalInterface
public interface ManifestSource {
    /** Fails with Invalid {@code config-syntax}, {@code config-invalid} and their kin. */
    AppManifest read(SourceTree tree);
}
