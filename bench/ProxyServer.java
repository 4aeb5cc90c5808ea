import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.route.proxy.ProxyLimits;
import im.backend.route.proxy.ProxySettings;
import im.backend.route.proxy.RequestMeter;
import im.backend.route.proxy.ReverseProxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The product's apps' listener with routes but without deployments: PORT BACKEND_PORT HOSTS. Publishes app-0.localhost to
 * app-(HOSTS-1).localhost. Each line "switch PORT" on its input points app-0 elsewhere, drains and answers with the
 * milliseconds that took; it ends with its input.
 */
public final class ProxyServer {
    private ProxyServer() {}

    public static void main(String[] arguments) throws InterruptedException {
        int port = Integer.parseInt(arguments[0]);
        int hosts = Integer.parseInt(arguments[2]);
        Endpoint backend = new Endpoint("127.0.0.1", Integer.parseInt(arguments[1]));
        try (ReverseProxy proxy = new ReverseProxy(
                new ProxySettings(new InetSocketAddress("127.0.0.1", port), ProxyLimits.defaults()),
                RequestMeter.none())) {
            for (int i = 0; i < hosts; i++) {
                proxy.publish(new Hostname("app-" + i + ".localhost"), List.of(backend));
            }
            proxy.start();
            IO.println("ready");
            for (String line = IO.readln(); line != null; line = IO.readln()) {
                Endpoint next = new Endpoint("127.0.0.1", Integer.parseInt(line.substring("switch ".length())));
                long started = System.nanoTime();
                proxy.publish(new Hostname("app-0.localhost"), List.of(next)).await(Duration.ofSeconds(10));
                IO.println((System.nanoTime() - started) / 1e6);
            }
        }
    }
}
