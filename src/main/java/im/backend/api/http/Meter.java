package im.backend.api.http;

import java.util.function.LongSupplier;

/** Counts each call against the rate of its kind. */
public final class Meter {
    private final RateLimiter tokens;
    private final RateLimiter addresses;
    private final RateLimiter deployments;

    public Meter(ApiSettings.Rates rates, LongSupplier nanoTime) {
        tokens = new RateLimiter("requests with one token", rates.perToken(), nanoTime);
        addresses = new RateLimiter("requests without a token", rates.perAddress(), nanoTime);
        deployments = new RateLimiter("deployments", rates.deployments(), nanoTime);
    }

    /** Fails with RateLimited. */
    void count(Access access, Call call, String token) {
        switch (access) {
            // Wrong keys are counted by SignIns, for all doors together.
            case PROBE, LOGIN -> {}
            case PUBLIC -> addresses.take(call.address());
            case USER -> tokens.take(token);
            case DEPLOY -> {
                tokens.take(token);
                deployments.take(call.caller().user().value());
            }
        }
    }
}
