package im.backend.route.proxy;

import im.backend.domain.Hostname;
import java.time.Duration;

/** Is told of each finished request, on the thread that serves many others: it must not block. */
@FunctionalInterface
public interface RequestMeter {
    /** An upgraded WebSocket is told once, with 101, when the upgrade is done. Requests to unknown hosts are not told. */
    void served(Hostname host, int status, Duration duration);

    static RequestMeter none() {
        return (host, status, duration) -> {};
    }
}
