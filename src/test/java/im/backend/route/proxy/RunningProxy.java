package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** A proxy on a free port, and the ways to speak to it. */
final class RunningProxy implements AutoCloseable {
    static final Hostname HOST = new Hostname("my-api.localhost");

    /** For clients that will not lie about the host they connect to. */
    static final Hostname LITERAL_HOST = new Hostname("127.0.0.1");

    private final ReverseProxy proxy;

    private RunningProxy(ReverseProxy proxy) {
        this.proxy = proxy;
    }

    static RunningProxy start(ProxyLimits limits) {
        return start(limits, RequestMeter.none());
    }

    static RunningProxy start(ProxyLimits limits, RequestMeter meter) {
        ReverseProxy proxy = new ReverseProxy(
                new ProxySettings(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), limits), meter);
        proxy.start();
        return new RunningProxy(proxy);
    }

    /** Limits short enough to wait for. */
    static ProxyLimits shortLimits() {
        Duration shortly = Duration.ofMillis(600);
        ProxyLimits standard = ProxyLimits.defaults();
        return standard.withClients(new ProxyLimits.Clients(50, 100, 10, shortly.multipliedBy(3), shortly, 1 << 20))
                .withRequests(new ProxyLimits.Requests(16_384, 100, shortly, 1 << 20))
                .withApps(new ProxyLimits.Apps(4, 4, shortly, shortly, shortly, shortly));
    }

    ReverseProxy proxy() {
        return proxy;
    }

    RunningProxy to(RecordingApp... apps) {
        List<Endpoint> endpoints =
                List.of(apps).stream().map(RecordingApp::endpoint).toList();
        proxy.publish(HOST, endpoints);
        proxy.publish(LITERAL_HOST, endpoints);
        return this;
    }

    RunningProxy to(Endpoint endpoint) {
        proxy.publish(HOST, List.of(endpoint));
        return this;
    }

    RawSocket connect() throws IOException {
        return RawSocket.connect(proxy.address().getPort());
    }

    /** The whole answer to one request on a connection of its own. */
    String answerTo(String request) throws IOException {
        try (RawSocket client = connect()) {
            return client.send(request).readToEnd();
        }
    }

    String get(String headers) throws IOException {
        return answerTo("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n" + headers + "\r\n");
    }

    URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + proxy.address().getPort() + path);
    }

    @Override
    public void close() {
        proxy.close();
    }
}
