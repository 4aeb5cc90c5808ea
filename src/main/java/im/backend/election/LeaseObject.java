package im.backend.election;

import im.backend.cluster.Address;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1LeaseSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

/**
 * A Lease as Kubernetes' own leader elections write it. Its times are for people: they come from the clock of whoever wrote
 * them, and nothing is decided by them.
 */
record LeaseObject(V1Lease lease) {
    private static final Duration RELEASED = Duration.ofSeconds(1);

    static LeaseObject first(Address address, String holder, Duration duration, Clock clock) {
        OffsetDateTime now = now(clock);
        return new LeaseObject(new V1Lease()
                .metadata(new V1ObjectMeta().namespace(address.namespace()).name(address.name()))
                .spec(new V1LeaseSpec()
                        .holderIdentity(holder)
                        .leaseDurationSeconds(seconds(duration))
                        .leaseTransitions(0)
                        .acquireTime(now)
                        .renewTime(now)));
    }

    /** Of the version that was read, so that whoever was faster is noticed. */
    LeaseObject renewed(Duration duration, Clock clock) {
        V1LeaseSpec spec = spec();
        spec.leaseDurationSeconds(seconds(duration)).renewTime(now(clock));
        return new LeaseObject(lease.spec(spec));
    }

    LeaseObject taken(String holder, Duration duration, Clock clock) {
        OffsetDateTime now = now(clock);
        V1LeaseSpec spec = spec();
        spec.holderIdentity(holder)
                .leaseDurationSeconds(seconds(duration))
                .leaseTransitions(Objects.requireNonNullElse(spec.getLeaseTransitions(), 0) + 1)
                .acquireTime(now)
                .renewTime(now);
        return new LeaseObject(lease.spec(spec));
    }

    LeaseObject released(Clock clock) {
        V1LeaseSpec spec = spec();
        spec.holderIdentity(null).leaseDurationSeconds(seconds(RELEASED)).renewTime(now(clock));
        return new LeaseObject(lease.spec(spec));
    }

    Optional<String> holder() {
        return Optional.ofNullable(lease.getSpec())
                .map(V1LeaseSpec::getHolderIdentity)
                .filter(name -> !name.isEmpty());
    }

    /** As its holder has written it. */
    Duration duration(Duration otherwise) {
        return Optional.ofNullable(lease.getSpec())
                .map(V1LeaseSpec::getLeaseDurationSeconds)
                .map(Duration::ofSeconds)
                .orElse(otherwise);
    }

    /** As its holder leaves it who stops in order. */
    boolean isGivenBack() {
        return holder().isEmpty() && duration(Duration.ZERO).compareTo(RELEASED) <= 0;
    }

    String version() {
        return Objects.requireNonNullElse(lease.getMetadata().getResourceVersion(), "");
    }

    private V1LeaseSpec spec() {
        return Objects.requireNonNullElseGet(lease.getSpec(), V1LeaseSpec::new);
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(Math.max(1, duration.toSeconds()));
    }

    /** The API server wants all six digits of a second's fraction, and the client leaves out zeros at its end. */
    private static OffsetDateTime now(Clock clock) {
        OffsetDateTime now = clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
        return now.get(ChronoField.MICRO_OF_SECOND) % 10 == 0 ? now.plus(1, ChronoUnit.MICROS) : now;
    }
}
