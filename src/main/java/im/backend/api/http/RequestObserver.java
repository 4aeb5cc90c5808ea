package im.backend.api.http;

import java.time.Duration;

/** Hears of each request when it is answered, for metrics. Called in the request's thread; must not block. */
@FunctionalInterface
public interface RequestObserver {
    /** @param route its path as declared, so that the number of series stays bounded */
    void answered(String method, String route, int status, Duration took);
}
