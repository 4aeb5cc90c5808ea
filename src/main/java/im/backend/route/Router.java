package im.backend.route;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.util.List;
import java.util.Map;

/** A hostname points at endpoints. A change holds for the next request; requests in flight go on. Safe for several threads. */
public interface Router {
    /**
     * Sends the host's next requests to {@code endpoints}, in turn.
     *
     * @return the requests that were in flight to what the host pointed at before
     */
    Draining publish(Hostname host, List<Endpoint> endpoints);

    /** The host is unknown from now on; does nothing when it is. */
    Draining withdraw(Hostname host);

    /**
     * Every host that leads where it was sent, and where that is; one whose route somebody has changed is not among them. One
     * look for all of them.
     */
    Map<Hostname, List<Endpoint>> routes();

    /** Where the host points; empty when it is unknown. */
    List<Endpoint> endpoints(Hostname host);
}
