package im.backend.orchestrator;

import im.backend.domain.Endpoint;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import java.util.Optional;

/**
 * What runs under one key.
 *
 * @param endpoint where it is to answer, as this server reaches it: on a cluster the address of its Service, which is the
 *     same for all replicas and nobody else's. A router that has to name the Service finds it by that address. Empty for a
 *     process without traffic
 */
public record Instance(Workload.Key key, ProjectId project, ReleaseName release, Optional<Endpoint> endpoint) {}
