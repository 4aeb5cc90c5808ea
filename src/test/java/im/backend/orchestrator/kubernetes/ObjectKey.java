package im.backend.orchestrator.kubernetes;

/** One object of the fake cluster. */
record ObjectKey(Kind<?> kind, String namespace, String name) implements Comparable<ObjectKey> {
    static ObjectKey namespace(String name) {
        return new ObjectKey(Kind.NAMESPACE, "", name);
    }

    ObjectKey sibling(Kind<?> other, String called) {
        return new ObjectKey(other, namespace, called);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return path().compareTo(other.path());
    }

    /** A real API server lists in this order too, because etcd does. */
    private String path() {
        return kind.group() + "/" + kind.plural() + "/" + namespace + "/" + name;
    }
}
