package im.backend.api.http;

/** Who may call a route and how often; every route names one, so that none is open by omission. */
public enum Access {
    /** Anyone, unmetered: health probes and metrics of the host's own monitoring. */
    PROBE,
    /** Anyone, at the anonymous rate: the documents that describe the API. */
    PUBLIC,
    /** Anyone, at the rate of failed sign-ins. */
    LOGIN,
    /** A signed-in caller; the use case decides whether the thing is the caller's. */
    USER,
    /** A signed-in caller, at the rate of deployments (seed 000: ten a minute). */
    DEPLOY;

    public boolean signedIn() {
        return this == USER || this == DEPLOY;
    }
}
