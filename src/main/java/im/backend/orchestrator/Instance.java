package im.backend.orchestrator;

import im.backend.domain.Endpoint;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import java.util.Optional;

/** @param endpoint where it is to answer; empty for a process without traffic */
public record Instance(Workload.Key key, ProjectId project, ReleaseName release, Optional<Endpoint> endpoint) {}
