package im.backend.deploy.rollout;

import im.backend.domain.Release;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Orchestrator;
import java.time.Duration;

/** Asks now and then what is in the way of an instance that is waited for: what will not pass is told before the deadline. */
final class HindranceLook {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Orchestrator orchestrator;
    private final AppDiagnosis diagnosis;
    private final Release release;
    private final Instance instance;
    private long next = System.nanoTime() + PAUSE.toNanos();

    HindranceLook(Orchestrator orchestrator, AppDiagnosis diagnosis, Release release, Instance instance) {
        this.orchestrator = orchestrator;
        this.diagnosis = diagnosis;
        this.release = release;
        this.instance = instance;
    }

    /** Cheap enough to be called every few milliseconds; fails with {@code StageFailed} when waiting is of no use. */
    void look() {
        if (System.nanoTime() - next < 0) {
            return;
        }
        next = System.nanoTime() + PAUSE.toNanos();
        if (orchestrator.observe(instance.key()) instanceof Observation.Held(Hindrance hindrance)
                && hindrance.outlook() == Hindrance.Outlook.STAYS) {
            throw diagnosis.held(release, instance, hindrance).asException();
        }
    }
}
