package im.backend.cluster;

import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.util.Objects;

/**
 * Where an object is.
 *
 * @param namespace empty for what belongs to the whole cluster
 */
public record Address(String namespace, String name) {
    public static Address in(String namespace, String name) {
        return new Address(namespace, name);
    }

    public static Address of(KubernetesObject object) {
        V1ObjectMeta metadata = object.getMetadata();
        return new Address(
                Objects.requireNonNullElse(metadata.getNamespace(), ""), Objects.requireNonNull(metadata.getName()));
    }

    public static Address ofCluster(String name) {
        return new Address("", name);
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
