package im.backend.orchestrator.kubernetes;

/**
 * Where an object is.
 *
 * @param namespace empty for what belongs to the whole cluster
 */
public record Address(String namespace, String name) {
    public static Address in(String namespace, String name) {
        return new Address(namespace, name);
    }

    public static Address ofCluster(String name) {
        return new Address("", name);
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
