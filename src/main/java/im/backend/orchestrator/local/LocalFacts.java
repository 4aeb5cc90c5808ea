package im.backend.orchestrator.local;

import im.backend.host.HostFacts;

/**
 * What the local orchestrator makes of this host, for {@code doctor}.
 *
 * @param accounts which Unix users the apps run as
 * @param ports which ports they get
 * @param network what the sandbox does not keep apart
 */
public record LocalFacts(HostFacts host, String accounts, String ports, String network) {}
