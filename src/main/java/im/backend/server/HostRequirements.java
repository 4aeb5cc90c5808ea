package im.backend.server;

import im.backend.config.ServerConfig;
import im.backend.host.HostFacts;
import im.backend.problem.Problem;

/** What the configuration says this host must have, so that a server never runs apps with less than its owner asked for. */
record HostRequirements(ServerConfig.Local wanted) {
    /** Fails with Conflict {@code sandbox-missing} or {@code control-groups-missing}, and how to mend it. */
    void check(HostFacts facts) {
        if (wanted.sandbox() == ServerConfig.Use.REQUIRED && facts.sandbox() == HostFacts.SandboxKind.NONE) {
            throw new Problem.Conflict(
                            "sandbox-missing",
                            "local.sandbox is required, and there is none here: " + facts.reason() + " " + facts.fix())
                    .asException();
        }
        boolean uncontrolled = facts.limits().values().stream().anyMatch(how -> !how.startsWith("cgroup"));
        if (wanted.controlGroups() == ServerConfig.Use.REQUIRED && uncontrolled) {
            throw new Problem.Conflict(
                            "control-groups-missing",
                            "local.control-groups is required, and not all can be written here: " + facts.limits())
                    .asException();
        }
    }
}
