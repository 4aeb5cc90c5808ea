package im.backend.deploy.queue;

import im.backend.deploy.progress.Journal;
import im.backend.deploy.progress.Wording;
import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.UserName;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog.Idempotency;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Opens deployments in the log and puts them into the queue, one at a time per project, so that their order is one. */
public final class DeployDesk {
    private static final int STRIPES = 64;
    private static final System.Logger LOG = System.getLogger(DeployDesk.class.getName());

    private final DeployQueue queue;
    private final Journal journal;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final Supplier<DeploymentId> ids;
    private final ReentrantLock[] stripes =
            IntStream.range(0, STRIPES).mapToObj(at -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    public DeployDesk(
            DeployQueue queue,
            Journal journal,
            ScheduledExecutorService timer,
            Clock clock,
            Supplier<DeploymentId> ids) {
        this.queue = queue;
        this.journal = journal;
        this.timer = timer;
        this.clock = clock;
        this.ids = ids;
    }

    public record Order(
            ProjectId project,
            CommitHash commit,
            UserName by,
            Deployment.Origin origin,
            Optional<ReleaseVersion> base,
            Optional<Idempotency> idempotency) {}

    /** Durable when it returns; a repeated request gets the deployment of the first one. */
    public Deployment place(Order order) {
        return inTurn(order.project(), () -> open(order));
    }

    /**
     * What is live, or on its way, once more with the present settings.
     *
     * @param idle the release to run again when nothing is under way
     */
    public record Again(ProjectId project, UserName by, Deployment.Origin origin, Optional<Release> idle) {
        private Order order(CommitHash commit, Optional<ReleaseVersion> base) {
            return new Order(project, commit, by, origin, base, Optional.empty());
        }
    }

    /**
     * What waits will read the settings anyway and is returned; what runs may have read the old ones and is followed.
     * Empty when there is nothing to be run again.
     */
    public Optional<Deployment> placeAgain(Again again) {
        return inTurn(again.project(), () -> {
            DeployQueue.Pending pending = queue.pending(again.project());
            if (pending.waiting().isPresent()) {
                return pending.waiting().map(this::current);
            }
            return pending.running()
                    .map(before -> again.order(before.commit(), before.base()))
                    .or(() ->
                            again.idle().map(release -> again.order(release.commit(), Optional.of(release.version()))))
                    .map(this::open);
        });
    }

    /** Queues what is open in the log already. */
    public void resume(Deployment deployment) {
        inTurn(deployment.project(), () -> enqueue(deployment));
    }

    private Deployment open(Order order) {
        return queue.withPlace(order.project(), () -> {
            Instant now = clock.instant();
            Deployment asked = new Deployment(
                    ids.get(),
                    order.project(),
                    order.commit(),
                    order.by(),
                    order.origin(),
                    order.base(),
                    now,
                    DeploymentStatus.QUEUED,
                    0,
                    now,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            Deployment opened = journal.log()
                    .open(
                            asked,
                            new DeploymentEvent.Entered(DeploymentStatus.QUEUED, Wording.queued(asked)),
                            order.idempotency());
            return opened.id().equals(asked.id()) ? enqueue(opened) : opened;
        });
    }

    private Deployment enqueue(Deployment deployment) {
        RunControl control = new RunControl(timer);
        queue.add(new Ticket(deployment, control))
                .forEach(ticket -> end(
                        ticket.deployment(),
                        "superseded",
                        "A newer deployment of the project (commit "
                                + deployment.commit().shortForm() + ") came before this one began."));
        return deployment;
    }

    /** Ends what is in the log and not in the queue (any more); false when that could not be written. */
    public boolean end(Deployment deployment, String code, String detail) {
        try {
            // Nothing is to be ended when it ended itself, or went with its project.
            journal.log()
                    .find(deployment.id())
                    .filter(current -> !current.status().terminal())
                    .ifPresent(current -> journal.fail(current, code, detail, ""));
            return true;
        } catch (ProblemException expected) {
            // As on a full disk; it is tried again.
            LOG.log(
                    System.Logger.Level.WARNING,
                    "deployment {0} is not recorded as {1}: {2}",
                    deployment.id(),
                    code,
                    expected.getMessage());
            return false;
        } catch (RuntimeException e) {
            // It stays unfinished in the log, and the next start goes on with it.
            LOG.log(System.Logger.Level.WARNING, "deployment " + deployment.id() + " is not recorded as " + code, e);
            return false;
        }
    }

    private Deployment current(Deployment deployment) {
        return journal.log().find(deployment.id()).orElse(deployment);
    }

    private <T> T inTurn(ProjectId project, Supplier<T> body) {
        ReentrantLock lock = stripes[Math.floorMod(project.hashCode(), STRIPES)];
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }
}
