package im.backend.api;

import java.util.function.LongSupplier;

/** Counts each call against the rate of its kind. */
final class Meter {
    private final RateLimiter tokens;
    private final RateLimiter addresses;
    private final RateLimiter logins;
    private final RateLimiter deployments;

    Meter(ApiSettings.Rates rates, LongSupplier nanoTime) {
        tokens = new RateLimiter("requests with one token", rates.perToken(), nanoTime);
        addresses = new RateLimiter("requests without a token", rates.perAddress(), nanoTime);
        logins = new RateLimiter("failed sign-ins", rates.failedLogins(), nanoTime);
        deployments = new RateLimiter("deployments", rates.deployments(), nanoTime);
    }

    /** Fails with RateLimited. */
    void count(Access access, Call call, String token) {
        switch (access) {
            case PROBE -> {}
            case PUBLIC -> addresses.take(call.address());
            case LOGIN -> logins.take(call.address());
            case USER -> tokens.take(token);
            case DEPLOY -> {
                tokens.take(token);
                deployments.take(call.caller().user().value());
            }
        }
    }

    /** A sign-in that succeeded does not count: it is wrong keys that are metered. */
    void loginSucceeded(Call call) {
        logins.giveBack(call.address());
    }
}
