package im.backend.route;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;

final class FakeRouterTest extends RouterContract {
    private final FakeRouter router = new FakeRouter();

    @Override
    protected Router router() {
        return router;
    }

    @Override
    protected Endpoint endpoint() {
        return new Endpoint("127.0.0.1", 9_000);
    }

    @Override
    protected AutoCloseable openRequest(Hostname host) {
        return router.openRequest(host);
    }
}
