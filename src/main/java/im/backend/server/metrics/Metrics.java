package im.backend.server.metrics;

import im.backend.api.http.RequestObserver;
import im.backend.deploy.upkeep.Repairs;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** What the server counts, in a registry of its own. Safe for several threads. */
public final class Metrics implements RequestObserver {
    private static final double NANOS = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests = Counter.builder()
            .name("backendim_http_requests_total")
            .help("Requests to the API by route and status")
            .labelNames("method", "route", "status")
            .register(registry);
    private final Histogram requestSeconds = Histogram.builder()
            .name("backendim_http_request_seconds")
            .help("Time to answer a request")
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10)
            .register(registry);
    private final Counter deployments = Counter.builder()
            .name("backendim_deployments_total")
            .help("Deployments that ended, by result: complete or the slug of the failure")
            .labelNames("result")
            .register(registry);
    private final Counter proxied = Counter.builder()
            .name("backendim_proxy_requests_total")
            .help("Requests to apps by class of status")
            .labelNames("status")
            .register(registry);
    private final Histogram proxySeconds = Histogram.builder()
            .name("backendim_proxy_request_seconds")
            .help("Time of a request to an app")
            .classicOnly()
            .classicUpperBounds(0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10)
            .register(registry);
    private final Histogram stageSeconds = Histogram.builder()
            .name("backendim_deployment_stage_seconds")
            .help("Time in each status of a deployment")
            .labelNames("stage")
            .classicOnly()
            .classicUpperBounds(0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900)
            .register(registry);

    public Metrics() {
        gauge(
                "jvm_memory_used_bytes",
                "Heap in use",
                () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        gauge(
                "jvm_threads_current",
                "Platform threads",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        gauge(
                "process_uptime_seconds",
                "Since the server's process began",
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
        gauge(
                "process_start_time_seconds",
                "When the server's process began, as Unix time",
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    }

    /** A number that is read whenever somebody asks. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Reads what somebody else counts. */
    public void repairs(Supplier<Repairs> repairs) {
        CounterWithCallback.builder()
                .name("backendim_repairs_total")
                .help("Live releases that had to be brought back, by result: mended or failed")
                .labelNames("result")
                .callback(callback -> {
                    Repairs now = repairs.get();
                    callback.call(now.mended(), "mended");
                    callback.call(now.failed(), "failed");
                })
                .register(registry);
    }

    @Override
    public void answered(String method, String route, int status, Duration took) {
        requests.labelValues(method, route, String.valueOf(status)).inc();
        requestSeconds.labelValues(route).observe(took.toNanos() / NANOS);
    }

    public void proxied(int status, Duration took) {
        proxied.labelValues(status / 100 + "xx").inc();
        proxySeconds.observe(took.toNanos() / NANOS);
    }

    void stageEnded(String stage, Duration took) {
        stageSeconds.labelValues(stage).observe(took.toNanos() / NANOS);
    }

    void deploymentEnded(String result) {
        deployments.labelValues(result).inc();
    }

    public String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
