package im.backend.orchestrator.local;

import im.backend.host.HostSettings;

/** A host without bubblewrap and control groups: real folders, limits per process, and the marker finds what is left. */
final class BareLocalOrchestratorTest extends LocalOrchestratorKit {
    @Override
    HostSettings.Use use() {
        return HostSettings.Use.NEVER;
    }
}
