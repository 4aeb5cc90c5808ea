package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.DeploymentId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the cluster differs from what it was asked for: one list of each kind, whatever the number of releases. */
final class Drift {
    private final Cluster cluster;
    private final Ownership ownership;
    private final LastApplied applied;
    private final Volumes volumes;

    Drift(Cluster cluster, Ownership ownership, LastApplied applied, Volumes volumes) {
        this.cluster = cluster;
        this.ownership = ownership;
        this.applied = applied;
        this.volumes = volumes;
    }

    Map<DeploymentId, List<String>> of(Map<DeploymentId, ReleaseName> live) {
        Map<String, List<LastApplied.Applied>> asked = applied.all().stream()
                .collect(Collectors.groupingBy(one -> one.place().namespace()));
        Map<LastApplied.Place, Fingerprint> seen = look(live, asked);
        Map<DeploymentId, List<String>> drift = new HashMap<>();
        live.forEach((deployment, release) -> {
            List<LastApplied.Applied> mine = mine(deployment, asked.getOrDefault(release.toString(), List.of()));
            List<String> differences =
                    mine.stream().noneMatch(one -> one.deployment().isPresent())
                            ? List.of("nothing of it was started")
                            : differences(mine, seen);
            if (!differences.isEmpty()) {
                drift.put(deployment, differences);
            }
        });
        return drift;
    }

    private static List<LastApplied.Applied> mine(DeploymentId deployment, List<LastApplied.Applied> inNamespace) {
        return inNamespace.stream()
                .filter(one -> one.deployment().isEmpty() || one.deployment().equals(Optional.of(deployment)))
                .toList();
    }

    private static List<String> differences(List<LastApplied.Applied> asked, Map<LastApplied.Place, Fingerprint> seen) {
        return asked.stream()
                .sorted(Comparator.comparing(one -> one.place().toString()))
                .flatMap(one -> {
                    Fingerprint now = seen.get(one.place());
                    if (now == null) {
                        return Stream.of(one.place() + " is gone");
                    }
                    return one.fingerprint().filter(was -> !was.equals(now)).isPresent()
                            ? Stream.of(one.place() + " was changed")
                            : Stream.empty();
                })
                .toList();
    }

    /** Only what was asked for and is owned: an object that has lost its label is as good as gone. */
    private Map<LastApplied.Place, Fingerprint> look(
            Map<DeploymentId, ReleaseName> live, Map<String, List<LastApplied.Applied>> asked) {
        Map<LastApplied.Place, LastApplied.Applied> wanted = live.values().stream()
                .distinct()
                .flatMap(release -> asked.getOrDefault(release.toString(), List.of()).stream())
                .collect(Collectors.toMap(LastApplied.Applied::place, one -> one));
        Map<LastApplied.Place, Fingerprint> seen = new HashMap<>();
        wanted.keySet().stream().map(LastApplied.Place::kind).distinct().forEach(kind -> look(kind, wanted, seen));
        return seen;
    }

    private <T extends KubernetesObject> void look(
            Kind<T> kind,
            Map<LastApplied.Place, LastApplied.Applied> wanted,
            Map<LastApplied.Place, Fingerprint> seen) {
        for (T object : cluster.list(kind, Selection.everywhere().labelled(Ownership.OWNER, ownership.owner()))) {
            if (object instanceof V1PersistentVolumeClaim claim) {
                volumes.keep(claim);
            } else if (object.getMetadata().getDeletionTimestamp() != null) {
                // A claim that goes can not be made anew before its pods let go of it; anything else is waited for.
                continue;
            }
            LastApplied.Place place = new LastApplied.Place(kind, Address.of(object));
            LastApplied.Applied one = wanted.get(place);
            if (one != null) {
                seen.put(place, Fingerprint.of(kind, object, one.replicas()));
            }
        }
    }
}
