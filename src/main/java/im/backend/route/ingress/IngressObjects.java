package im.backend.route.ingress;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.openapi.models.V1HTTPIngressPath;
import io.kubernetes.client.openapi.models.V1HTTPIngressRuleValue;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1IngressBackend;
import io.kubernetes.client.openapi.models.V1IngressRule;
import io.kubernetes.client.openapi.models.V1IngressServiceBackend;
import io.kubernetes.client.openapi.models.V1IngressSpec;
import io.kubernetes.client.openapi.models.V1IngressTLS;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceBackendPort;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Ingress of a host, and what can be read from one. */
record IngressObjects(IngressSettings settings) {
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** Whose it is, a host's Ingress has from the Service that it points at. */
    private static final List<String> INHERITED =
            List.of("backend.im/project", "backend.im/commit", "app.kubernetes.io/name", "app.kubernetes.io/version");

    private static final String ENDPOINTS = "backend.im/endpoints";
    private static final String ISSUER = "cert-manager.io/cluster-issuer";
    private static final String ISSUED = "cert-manager.io/";

    V1Ingress ingress(Hostname host, V1Service service, List<Endpoint> endpoints, Optional<String> issuer) {
        Map<String, String> annotations = new TreeMap<>();
        annotations.put(ENDPOINTS, endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(",")));
        issuer.ifPresent(name -> annotations.put(ISSUER, name));
        V1IngressSpec spec = new V1IngressSpec()
                .ingressClassName(settings.ingressClass())
                .rules(List.of(new V1IngressRule()
                        .host(host.value())
                        .http(new V1HTTPIngressRuleValue()
                                .paths(List.of(new V1HTTPIngressPath()
                                        .path("/")
                                        .pathType("Prefix")
                                        .backend(backend(service, endpoints.getFirst())))))));
        if (issuer.isPresent()) {
            spec.tls(List.of(new V1IngressTLS().hosts(List.of(host.value())).secretName(certificate(host))));
        }
        return new V1Ingress()
                .metadata(new V1ObjectMeta()
                        .name(host.value())
                        .namespace(service.getMetadata().getNamespace())
                        .labels(labels(service.getMetadata()))
                        .annotations(annotations))
                .spec(spec);
    }

    private static V1IngressBackend backend(V1Service service, Endpoint endpoint) {
        return new V1IngressBackend()
                .service(new V1IngressServiceBackend()
                        .name(service.getMetadata().getName())
                        .port(new V1ServiceBackendPort().number(endpoint.port())));
    }

    private SortedMap<String, String> labels(V1ObjectMeta service) {
        Map<String, String> known = Objects.requireNonNullElse(service.getLabels(), Map.of());
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(Ownership.OWNER, settings.owner());
        labels.put(MANAGED_BY, "backendim");
        INHERITED.forEach(name -> Optional.ofNullable(known.get(name)).ifPresent(value -> labels.put(name, value)));
        return labels;
    }

    static String certificate(Hostname host) {
        return "tls-" + host;
    }

    /** With what cert-manager has written on it, so that it knows the certificate for its own and renews it in time. */
    V1Secret certificate(V1Secret old, Hostname host, String namespace) {
        Map<String, String> annotations = new TreeMap<>();
        Objects.requireNonNullElse(old.getMetadata().getAnnotations(), Map.<String, String>of())
                .forEach((name, value) -> {
                    if (name.startsWith(ISSUED)) {
                        annotations.put(name, value);
                    }
                });
        return new V1Secret()
                .metadata(new V1ObjectMeta()
                        .name(certificate(host))
                        .namespace(namespace)
                        .labels(Map.of(Ownership.OWNER, settings.owner(), MANAGED_BY, "backendim"))
                        .annotations(annotations))
                .type(old.getType())
                .data(old.getData());
    }

    /** Whether it does what {@code wanted} would; what others have written beside that is theirs. */
    boolean isAs(V1Ingress ingress, V1Ingress wanted) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(ingress.getMetadata().getAnnotations(), Map.of());
        return Objects.equals(
                        ingress.getMetadata().getNamespace(),
                        wanted.getMetadata().getNamespace())
                && Objects.equals(ingress.getSpec(), wanted.getSpec())
                && annotations
                        .entrySet()
                        .containsAll(wanted.getMetadata().getAnnotations().entrySet());
    }

    /** Empty for one that somebody has changed by hand. */
    List<Endpoint> endpoints(V1Ingress ingress) {
        String written = Objects.requireNonNullElse(ingress.getMetadata().getAnnotations(), Map.<String, String>of())
                .getOrDefault(ENDPOINTS, "");
        return Stream.of(written.split(",", -1))
                .filter(endpoint -> endpoint.contains(":"))
                .map(endpoint -> new Endpoint(
                        endpoint.substring(0, endpoint.lastIndexOf(':')),
                        Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1))))
                .toList();
    }
}
