package im.backend.route.ingress;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.route.Draining;
import im.backend.route.Router;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1IngressSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * One Ingress for each host, named after it, in the namespace of the release that it points at. Nothing is kept here: after
 * a restart, and in every other server, the cluster tells where a host points.
 */
public final class IngressRouter implements Router {
    private final IngressSettings settings;
    private final Cluster cluster;
    private final IngressObjects objects;
    private final Certificates certificates;
    /** As the cluster had it when it was published, to see what somebody has changed since. */
    private final Map<Hostname, V1IngressSpec> published = new ConcurrentHashMap<>();

    public IngressRouter(IngressSettings settings, Cluster cluster) {
        this.settings = settings;
        this.cluster = cluster;
        this.objects = new IngressObjects(settings);
        this.certificates = new Certificates(cluster);
    }

    @Override
    public Draining publish(Hostname host, List<Endpoint> endpoints) {
        return publish(host, endpoints, settings.issuer());
    }

    @Override
    public Draining publishPassing(Hostname host, List<Endpoint> endpoints) {
        return publish(host, endpoints, Optional.empty());
    }

    @Override
    public Optional<String> unsecured(Hostname host) {
        return settings.issuer()
                .flatMap(issuer ->
                        of(host).stream().findFirst().flatMap(ingress -> certificates.missing(ingress, issuer)));
    }

    private Draining publish(Hostname host, List<Endpoint> endpoints, Optional<String> issuer) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("route " + host + ": no endpoints (expected: one or more)");
        }
        V1Service service = service(endpoints.getFirst());
        List<V1Ingress> before = of(host);
        V1Ingress wanted = objects.ingress(host, service, endpoints, issuer);
        if (before.size() == 1 && objects.isAs(before.getFirst(), wanted)) {
            remember(host, before.getFirst());
            return max -> true;
        }
        String namespace = namespace(service.getMetadata());
        List<V1Ingress> left = before.stream()
                .filter(ingress -> !namespace(ingress.getMetadata()).equals(namespace))
                .toList();
        issuer.ifPresent(name -> left.forEach(ingress -> takeCertificate(host, ingress, namespace)));
        try {
            // The new one first: a controller that sees both has a place to send requests to at every moment.
            remember(host, cluster.apply(Kind.INGRESS, wanted));
        } catch (ProblemException refused) {
            if (left.isEmpty() || !isDuplicate(refused.problem())) {
                throw refused;
            }
            left.forEach(this::delete);
            remember(host, cluster.apply(Kind.INGRESS, wanted));
        }
        left.forEach(this::delete);
        return before.isEmpty() ? max -> true : settled();
    }

    @Override
    public Draining withdraw(Hostname host) {
        published.remove(host);
        List<V1Ingress> before = of(host);
        before.forEach(this::delete);
        return before.isEmpty() ? max -> true : settled();
    }

    @Override
    public Map<Hostname, List<Endpoint>> routes() {
        Map<String, List<V1Ingress>> byName =
                cluster.list(Kind.INGRESS, Selection.everywhere().labelled(Ownership.OWNER, settings.owner())).stream()
                        .filter(ingress -> ingress.getMetadata().getDeletionTimestamp() == null)
                        .collect(Collectors.groupingBy(
                                ingress -> ingress.getMetadata().getName()));
        Map<Hostname, List<Endpoint>> routes = new HashMap<>();
        published.forEach((host, spec) -> {
            List<V1Ingress> found = byName.getOrDefault(host.value(), List.of());
            if (found.size() == 1 && spec.equals(found.getFirst().getSpec())) {
                routes.put(host, objects.endpoints(found.getFirst()));
            }
        });
        return routes;
    }

    @Override
    public List<Endpoint> endpoints(Hostname host) {
        return of(host).stream().findFirst().map(objects::endpoints).orElse(List.of());
    }

    /** More than one for the moment between the making of the new one and the end of the old one. */
    private List<V1Ingress> of(Hostname host) {
        return cluster.list(
                Kind.INGRESS,
                Selection.everywhere()
                        .labelled(Ownership.OWNER, settings.owner())
                        .where("metadata.name", host.value()));
    }

    private void remember(Hostname host, V1Ingress ingress) {
        published.put(host, Objects.requireNonNullElseGet(ingress.getSpec(), V1IngressSpec::new));
    }

    /** An app is reached at the address of its Service, which nothing else in the cluster has. */
    private V1Service service(Endpoint endpoint) {
        Selection there = Selection.everywhere()
                .labelled(Ownership.OWNER, settings.owner())
                .where("spec.clusterIP", endpoint.host());
        return cluster.list(Kind.SERVICE, there).stream()
                .filter(service -> answersAt(service, endpoint))
                .findFirst()
                .orElseThrow(() -> new Problem.NotFound(
                                "cluster-absent",
                                "No Service of this server has the address " + endpoint
                                        + ". Deploy again, or start the project: that makes it anew.")
                        .asException());
    }

    private static boolean answersAt(V1Service service, Endpoint endpoint) {
        return Optional.ofNullable(service.getSpec())
                .filter(spec -> endpoint.host().equals(spec.getClusterIP()))
                .map(spec -> Objects.requireNonNullElse(spec.getPorts(), List.<V1ServicePort>of()))
                .filter(ports -> ports.stream().anyMatch(port -> port.getPort() == endpoint.port()))
                .isPresent();
    }

    /**
     * The certificate goes along to the new namespace. Without it each deployment would ask for another one, and authorities
     * give out only a few for the same name in a week.
     */
    private void takeCertificate(Hostname host, V1Ingress from, String namespace) {
        Address old = Address.in(namespace(from.getMetadata()), IngressObjects.certificate(host));
        Optional<V1Secret> certificate = cluster.get(Kind.SECRET, old);
        Address fresh = Address.in(namespace, IngressObjects.certificate(host));
        if (certificate.isPresent() && cluster.get(Kind.SECRET, fresh).isEmpty()) {
            cluster.apply(Kind.SECRET, objects.certificate(certificate.get(), host, namespace));
        }
    }

    /** Some controllers have an admission rule that no two Ingresses name one host. */
    private static boolean isDuplicate(Problem problem) {
        return switch (problem) {
            case Problem.Invalid invalid -> invalid.detail().contains("already defined");
            case Problem.Forbidden forbidden -> forbidden.detail().contains("already defined");
            case Problem.Conflict conflict -> conflict.detail().contains("already defined");
            default -> false;
        };
    }

    private void delete(V1Ingress ingress) {
        cluster.delete(Kind.INGRESS, ingress, Cluster.Propagation.BACKGROUND);
    }

    private static String namespace(V1ObjectMeta metadata) {
        return Objects.requireNonNullElse(metadata.getNamespace(), "");
    }

    /** Nobody outside the controller sees its requests; once it has heard of the change, no new ones come. */
    private Draining settled() {
        long settledNanos = System.nanoTime() + settings.settle().toNanos();
        return max -> {
            Duration left = Duration.ofNanos(Math.max(0, settledNanos - System.nanoTime()));
            Thread.sleep(left.compareTo(max) < 0 ? left : max);
            return left.compareTo(max) <= 0;
        };
    }
}
