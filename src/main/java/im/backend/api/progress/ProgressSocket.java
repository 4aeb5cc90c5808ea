package im.backend.api.progress;

import static java.lang.System.Logger.Level.DEBUG;

import im.backend.deploy.Deployments;
import im.backend.deploy.progress.EventFeed;
import im.backend.domain.LoggedEvent;
import im.backend.problem.ProblemException;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import io.helidon.websocket.WsUpgradeException;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One watcher of one deployment (seed 004, "WebSocket /ws"). A thread of its own takes events from the log at the
 * watcher's pace, so that a slow one holds back nobody and needs no queue: the log is the queue.
 */
final class ProgressSocket implements WsListener {
    private static final Logger LOG = System.getLogger(ProgressSocket.class.getName());
    private static final int NORMAL = 1000;
    private static final int GOING_AWAY = 1001;
    private static final int TRY_AGAIN_LATER = 1013;
    /** A watcher that lets us wait this long for one message while more than the backlog waits is told to come back. */
    private static final Duration SLOW_SEND = Duration.ofMillis(500);
    /** Each holds up to 64 lines or 128 KiB: together about 1,000 lines or 1 MiB. */
    private static final int BACKLOG_EVENTS_MAX = 16;

    private final ProgressSockets sockets;
    private final Deployments deployments;
    private final MessageCache messages;
    private final Duration ping;
    /** Helidon's session has one send buffer and no lock of its own. */
    private final ReentrantLock sending = new ReentrantLock();

    private @Nullable Watch watch;
    private volatile @Nullable WsSession session;
    private volatile @Nullable Thread pump;
    private volatile long heardNanos;

    ProgressSocket(ProgressSockets sockets, Deployments deployments, MessageCache messages, Duration ping) {
        this.sockets = sockets;
        this.deployments = deployments;
        this.messages = messages;
        this.ping = ping;
    }

    /** A refusal here makes it an ordinary request again, whose route words the reason. */
    @Override
    public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) throws WsUpgradeException {
        try {
            Watch admitted = sockets.admit(prologue, headers);
            sockets.opened(this, admitted);
            watch = admitted;
            return Optional.empty();
        } catch (ProblemException refused) {
            throw new WsUpgradeException(refused.problem().slug(), refused);
        }
    }

    @Override
    public void onOpen(WsSession opened) {
        session = opened;
        heardNanos = System.nanoTime();
        Watch admitted = watch;
        if (admitted == null) {
            throw new IllegalStateException("A WebSocket was opened without having been admitted");
        }
        pump = Thread.ofVirtual().name("watch-" + admitted.deployment().id()).start(() -> pump(opened, admitted));
    }

    private void pump(WsSession to, Watch admitted) {
        try (EventFeed feed =
                deployments.watch(admitted.caller(), admitted.deployment().id(), admitted.since())) {
            StatusFold fold = fold(admitted);
            while (!feed.ended()) {
                Optional<LoggedEvent> event = feed.next(ping);
                if (event.isPresent()) {
                    long beganNanos = System.nanoTime();
                    send(to, admitted, fold, event.get());
                    if (System.nanoTime() - beganNanos > SLOW_SEND.toNanos() && feed.backlog() > BACKLOG_EVENTS_MAX) {
                        close(to, TRY_AGAIN_LATER, "too slow; watch again with since");
                        return;
                    }
                } else if (!feed.ended() && !stillThere(to)) {
                    to.terminate();
                    return;
                }
            }
            // To the end of the line: everybody hears of the end before anybody's connection is taken down.
            Thread.yield();
            close(to, NORMAL, "the deployment has ended");
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException gone) {
            // A peer that has gone shows as whatever the socket or a deleted project throws, and is nobody's fault.
            LOG.log(DEBUG, "watcher lost: {0}", gone.toString());
            close(to, GOING_AWAY, "watch again with since");
        } finally {
            sockets.closed(this, admitted);
        }
    }

    /** Output carries the status before it, so a watcher that resumes needs what it has already seen once more. */
    private StatusFold fold(Watch admitted) {
        StatusFold fold = new StatusFold(admitted.deployment(), admitted.output());
        if (admitted.since() > 0 && admitted.output()) {
            int seen = (int) Math.min(admitted.since(), Integer.MAX_VALUE);
            for (LoggedEvent logged :
                    deployments.events(admitted.caller(), admitted.deployment().id(), 0, seen)) {
                fold.enter(logged);
            }
        }
        return fold;
    }

    private void send(WsSession to, Watch admitted, StatusFold fold, LoggedEvent event) {
        fold.enter(event);
        if (!admitted.output() && !StatusFold.entersStatus(event.event())) {
            return;
        }
        String text = messages.text(admitted.deployment(), event, fold.status());
        sending.lock();
        try {
            to.send(text, true);
        } finally {
            sending.unlock();
        }
    }

    private boolean stillThere(WsSession to) {
        if (System.nanoTime() - heardNanos > ping.toNanos() * 9 / 4) {
            return false;
        }
        sending.lock();
        try {
            to.ping(BufferData.empty());
        } finally {
            sending.unlock();
        }
        return true;
    }

    void goAway() {
        WsSession opened = session;
        if (opened != null) {
            close(opened, GOING_AWAY, "the server is stopping");
        }
    }

    private void close(WsSession to, int code, String reason) {
        sending.lock();
        try {
            to.close(code, reason);
        } catch (RuntimeException closedAlready) {
            LOG.log(DEBUG, "close: {0}", closedAlready.toString());
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void onPing(WsSession from, BufferData payload) {
        heardNanos = System.nanoTime();
        sending.lock();
        try {
            from.pong(payload);
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void onPong(WsSession from, BufferData payload) {
        heardNanos = System.nanoTime();
    }

    /** Watchers have nothing to say; what they say shows that they are there. */
    @Override
    public void onMessage(WsSession from, String text, boolean last) {
        heardNanos = System.nanoTime();
    }

    @Override
    public void onMessage(WsSession from, BufferData buffer, boolean last) {
        heardNanos = System.nanoTime();
    }

    @Override
    public void onClose(WsSession from, int code, String reason) {
        end();
    }

    @Override
    public void onError(WsSession from, Throwable error) {
        LOG.log(DEBUG, "watcher failed: {0}", error.toString());
        end();
    }

    private void end() {
        Thread running = pump;
        if (running != null) {
            running.interrupt();
        }
    }
}
