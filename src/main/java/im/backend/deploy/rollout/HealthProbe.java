package im.backend.deploy.rollout;

import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Orchestrator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Waits until an instance answers. Asks often at first, because a warm app listens within tens of milliseconds, and
 * seldom later; ends at once when the program does.
 */
public final class HealthProbe {
    private static final long MILLISECOND = 1_000_000;
    /** Ages of a deaf instance at which its sockets are looked at; each look takes tens of milliseconds. */
    private static final List<Duration> LOOKS =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10));

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Orchestrator orchestrator;
    private final AppDiagnosis diagnosis;
    /** What answered last time is asked first, which saves up to three requests of each redeploy. */
    private final Map<ProjectId, String> answered = new ConcurrentHashMap<>();

    public HealthProbe(Orchestrator orchestrator, AppDiagnosis diagnosis) {
        this.orchestrator = orchestrator;
        this.diagnosis = diagnosis;
    }

    /** One instance to be waited for, and the host name that the app knows itself by. */
    record Target(Release release, Instance instance, Endpoint endpoint, Hostname host) {}

    /** Fails with {@code StageFailed} that names the cause. */
    void await(Target target) throws InterruptedException {
        new Waiting(target).run();
    }

    /**
     * A process without traffic counts as started when all that was asked for runs and is still there after a moment. Fails
     * as {@link #await} does.
     */
    void awaitSteady(Release release, Instance instance, Duration moment) throws InterruptedException {
        HealthCheck check = release.manifest().healthcheck();
        Duration max = check.grace().plus(check.deadline());
        HindranceLook hindrance = new HindranceLook(orchestrator, diagnosis, release, instance);
        long begun = System.nanoTime();
        Optional<Long> steadySince = Optional.empty();
        while (true) {
            if (orchestrator.lastExit(instance.key()).isPresent()) {
                throw diagnosis.exited(release, instance).asException();
            }
            long now = System.nanoTime();
            if (orchestrator.isRolledOut(instance.key())) {
                steadySince = steadySince.or(() -> Optional.of(now));
                if (now - steadySince.get() >= moment.toNanos()) {
                    return;
                }
            } else {
                steadySince = Optional.empty();
                hindrance.look();
                if (now - begun > max.toNanos()) {
                    throw notRunning(release, instance, max);
                }
            }
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    private RuntimeException notRunning(Release release, Instance instance, Duration waited) {
        return (orchestrator.observe(instance.key()) instanceof Observation.Held(Hindrance hindrance)
                        ? diagnosis.held(release, instance, hindrance)
                        : diagnosis.late(release, instance, waited))
                .asException();
    }

    private final class Waiting {
        private final Target target;
        private final HealthCheck check;
        private final long begun = System.nanoTime();
        private final List<Duration> looksLeft = new ArrayList<>(LOOKS);
        private final HindranceLook hindrance;
        private final HealthAnswers answers;
        private int deafLooks;
        private boolean connected;
        private boolean first = true;
        private boolean doubted;

        Waiting(Target target) {
            this.target = target;
            this.check = target.release().manifest().healthcheck();
            this.hindrance = new HindranceLook(orchestrator, diagnosis, target.release(), target.instance());
            this.answers = new HealthAnswers(target, answered);
        }

        void run() throws InterruptedException {
            Duration deadline = check.grace().plus(check.deadline());
            while (true) {
                if (orchestrator.lastExit(target.instance().key()).isPresent()) {
                    throw diagnosis.exited(target.release(), target.instance()).asException();
                }
                boolean rolledOut = orchestrator.isRolledOut(target.instance().key());
                if (rolledOut && answers()) {
                    return;
                }
                if (age().compareTo(deadline) > 0) {
                    throw timedOut(deadline);
                }
                if (!rolledOut) {
                    hindrance.look();
                }
                look();
                pause();
            }
        }

        private boolean answers() {
            Optional<HttpPing> connection = answers.connect();
            boolean atOnce = first;
            first = false;
            if (connection.isEmpty()) {
                return false;
            }
            // Nobody starts as fast as that: it is adopted, or a stranger holds the port of this host.
            doubted |= atOnce && orchestrator.place() == Orchestrator.Place.HOST;
            if (doubted && !isTheApp(orchestrator.observe(target.instance().key()))) {
                connection.get().close();
                return false;
            }
            doubted = false;
            connected = true;
            return answers.areGood(connection.get());
        }

        /** An app on another port is told so after two looks, and not at the deadline. */
        private void look() {
            if (connected || looksLeft.isEmpty() || age().compareTo(looksLeft.getFirst()) < 0) {
                return;
            }
            looksLeft.removeFirst();
            List<Endpoint> elsewhere =
                    elsewhere(orchestrator.observe(target.instance().key()));
            deafLooks += elsewhere.isEmpty() ? 0 : 1;
            if (deafLooks > 1) {
                throw diagnosis
                        .elsewhere(target.release(), target.instance(), target.endpoint(), elsewhere)
                        .asException();
            }
        }

        private RuntimeException timedOut(Duration deadline) {
            Observation last = orchestrator.observe(target.instance().key());
            if (last instanceof Observation.Held(Hindrance hindrance)) {
                return diagnosis
                        .held(target.release(), target.instance(), hindrance)
                        .asException();
            }
            List<Endpoint> elsewhere = elsewhere(last);
            if (!connected && !elsewhere.isEmpty()) {
                return diagnosis
                        .elsewhere(target.release(), target.instance(), target.endpoint(), elsewhere)
                        .asException();
            }
            return connected
                    ? diagnosis
                            .unhealthy(target.release(), target.instance(), answers.last(), deadline)
                            .asException()
                    : diagnosis
                            .deaf(target.release(), target.instance(), target.endpoint(), deadline)
                            .asException();
        }

        private boolean isTheApp(Observation observation) {
            List<Endpoint> sockets = listening(observation);
            // Where its sockets can not be seen at all, the answer has to do.
            boolean unseen = sockets.isEmpty() && age().compareTo(PATIENCE) > 0;
            return unseen
                    || sockets.stream()
                            .anyMatch(
                                    socket -> socket.port() == target.endpoint().port());
        }

        /** Empty when it listens where it shall, whether or not that was reached yet. */
        private List<Endpoint> elsewhere(Observation observation) {
            List<Endpoint> sockets = listening(observation);
            return sockets.contains(target.endpoint()) ? List.of() : sockets;
        }

        private static List<Endpoint> listening(Observation observation) {
            return switch (observation) {
                case Observation.Running(var listening, var memoryBytes, var restarts) -> listening;
                case Observation.Held held -> List.of();
                case Observation.Exited exited -> List.of();
                case Observation.Absent() -> List.of();
            };
        }

        private void pause() throws InterruptedException {
            Duration age = age();
            boolean slow = doubted || age.compareTo(PATIENCE) > 0;
            if (slow && connected) {
                Thread.sleep(check.interval());
                return;
            }
            long milliseconds = slow ? 50 : age.compareTo(Duration.ofSeconds(1)) > 0 ? 10 : 2;
            Thread.sleep(Duration.ofNanos(milliseconds * MILLISECOND));
        }

        private Duration age() {
            return Duration.ofNanos(System.nanoTime() - begun);
        }
    }
}
