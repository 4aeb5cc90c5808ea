package im.backend.election;

import java.time.Duration;

/**
 * How long a leader is believed in without a word of it.
 *
 * @param duration for which the others wait after its last sign of life
 * @param renewWithin after which a leader that could not renew gives up; shorter, so that it has stopped before the others may
 *     begin
 * @param retry between two attempts to renew, or to take it
 */
public record LeaseTerms(Duration duration, Duration renewWithin, Duration retry) {
    /** Those of Kubernetes' own components. */
    public static final LeaseTerms DEFAULT =
            new LeaseTerms(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

    public LeaseTerms {
        if (renewWithin.compareTo(duration) >= 0 || retry.compareTo(renewWithin) >= 0) {
            throw new IllegalArgumentException("lease %s, renewed within %s, tried every %s (expected: each is longer"
                            .formatted(duration, renewWithin, retry)
                    + " than the next)");
        }
    }
}
