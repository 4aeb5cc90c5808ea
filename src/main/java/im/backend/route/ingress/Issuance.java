package im.backend.route.ingress;

import im.backend.cluster.Kind;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is read of an object of cert-manager, whatever its kind. The Kubernetes client has no models of them. */
final class Issuance implements KubernetesObject {
    static final Kind<Issuance> CERTIFICATE = kind("cert-manager.io", "Certificate", "certificates");
    static final Kind<Issuance> REQUEST = kind("cert-manager.io", "CertificateRequest", "certificaterequests");
    static final Kind<Issuance> CHALLENGE = kind("acme.cert-manager.io", "Challenge", "challenges");

    private @Nullable String apiVersion;
    private @Nullable String kind;
    private V1ObjectMeta metadata = new V1ObjectMeta();
    private @Nullable Spec spec;
    private @Nullable Status status;

    /** @param dnsName of a challenge */
    private record Spec(@Nullable String dnsName) {}

    /** @param reason of a challenge */
    private record Status(@Nullable String reason, @Nullable List<Condition> conditions) {}

    private record Condition(
            @Nullable String type, @Nullable String message) {}

    @Override
    public @Nullable String getApiVersion() {
        return apiVersion;
    }

    @Override
    public @Nullable String getKind() {
        return kind;
    }

    @Override
    public V1ObjectMeta getMetadata() {
        return metadata;
    }

    boolean isOf(String host) {
        return spec != null && host.equals(spec.dnsName());
    }

    /** Why a challenge is where it is. */
    Optional<String> reason() {
        return Optional.ofNullable(status).map(Status::reason).filter(text -> !text.isEmpty());
    }

    Optional<String> message(String condition) {
        return Optional.ofNullable(status).map(Status::conditions).stream()
                .flatMap(List::stream)
                .filter(one -> condition.equals(one.type()))
                .flatMap(one -> Stream.ofNullable(one.message()))
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    private static Kind<Issuance> kind(String group, String name, String plural) {
        return new Kind<>(Issuance.class, group, "v1", name, plural, Kind.Reach.NAMESPACE);
    }
}
