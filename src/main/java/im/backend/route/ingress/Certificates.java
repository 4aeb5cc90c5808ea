package im.backend.route.ingress;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1IngressTLS;
import io.kubernetes.client.openapi.models.V1Secret;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Why a host has no certificate yet: what cert-manager has written on its own objects, from the inmost one outwards. */
record Certificates(Cluster cluster) {
    private static final String CERTIFICATE_NAME = "cert-manager.io/certificate-name";

    /** Empty when there is one, or the Ingress asks for none. */
    Optional<String> missing(V1Ingress ingress, String issuer) {
        String namespace = Objects.requireNonNull(ingress.getMetadata().getNamespace());
        return Objects.requireNonNullElse(ingress.getSpec().getTls(), List.<V1IngressTLS>of()).stream()
                .flatMap(tls -> Stream.ofNullable(tls.getSecretName()))
                .findFirst()
                .map(name -> Address.in(namespace, name))
                .filter(secret -> !isThere(secret))
                .map(secret -> cause(secret, ingress.getMetadata().getName(), issuer));
    }

    private boolean isThere(Address secret) {
        return cluster.get(Kind.SECRET, secret)
                .map(V1Secret::getData)
                .filter(data -> data.containsKey("tls.crt"))
                .isPresent();
    }

    private String cause(Address certificate, String host, String issuer) {
        try {
            return ofChallenge(certificate, host)
                    .or(() -> ofRequest(certificate))
                    .or(() -> ofCertificate(certificate))
                    .orElse("cert-manager has not begun with it; see that it runs and has the ClusterIssuer " + issuer);
        } catch (ProblemException absent) {
            return "cert-manager does not answer on this cluster ("
                    + absent.problem().detail() + ")";
        }
    }

    private Optional<String> ofChallenge(Address certificate, String host) {
        return cluster.list(Issuance.CHALLENGE, Selection.in(certificate.namespace())).stream()
                .filter(challenge -> challenge.isOf(host))
                .flatMap(challenge -> challenge.reason().stream())
                .findFirst();
    }

    private Optional<String> ofRequest(Address certificate) {
        return cluster.list(Issuance.REQUEST, Selection.in(certificate.namespace())).stream()
                .filter(request -> certificate.name().equals(nameOfCertificate(request)))
                .max(Comparator.comparing(Certificates::created))
                .flatMap(request -> request.message("Ready"));
    }

    private Optional<String> ofCertificate(Address certificate) {
        return cluster.get(Issuance.CERTIFICATE, certificate)
                .flatMap(one -> one.message("Issuing").or(() -> one.message("Ready")));
    }

    private static String nameOfCertificate(Issuance request) {
        return Objects.requireNonNullElse(request.getMetadata().getAnnotations(), Map.<String, String>of())
                .getOrDefault(CERTIFICATE_NAME, "");
    }

    private static String created(Issuance request) {
        return String.valueOf(request.getMetadata().getCreationTimestamp());
    }
}
