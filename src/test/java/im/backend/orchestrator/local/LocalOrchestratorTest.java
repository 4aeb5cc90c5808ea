package im.backend.orchestrator.local;

import im.backend.host.HostSettings;

/** With whatever sandbox and control groups this host has. */
final class LocalOrchestratorTest extends LocalOrchestratorKit {
    @Override
    HostSettings.Use use() {
        return HostSettings.Use.WHEN_THERE;
    }
}
