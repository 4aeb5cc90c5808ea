package im.backend.route;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A hostname points at endpoints. A change holds for the next request; requests in flight go on. Safe for several threads. */
public interface Router {
    /**
     * Sends the host's next requests to {@code endpoints}, in turn.
     *
     * @return the requests that were in flight to what the host pointed at before
     */
    Draining publish(Hostname host, List<Endpoint> endpoints);

    /**
     * As {@link #publish}, of a host that goes with its release. No certificate is asked for it: authorities give out only so
     * many for a domain in a week, and each deployment would take one.
     */
    default Draining publishPassing(Hostname host, List<Endpoint> endpoints) {
        return publish(host, endpoints);
    }

    /**
     * Why people can not ask the host over https yet, in words; empty when they can, and where nobody promised it. Asks
     * whoever gives out certificates, so it may take a moment.
     */
    default Optional<String> unsecured(Hostname host) {
        return Optional.empty();
    }

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
