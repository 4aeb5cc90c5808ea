package im.backend.cluster;

/** One object of the fake cluster. */
public record ObjectKey(Kind<?> kind, String namespace, String name) implements Comparable<ObjectKey> {
    public static ObjectKey namespace(String name) {
        return new ObjectKey(Kind.NAMESPACE, "", name);
    }

    public ObjectKey sibling(Kind<?> other, String called) {
        return new ObjectKey(other, namespace, called);
    }

    boolean isOf(Kind<?> other) {
        return kind.group().equals(other.group()) && kind.plural().equals(other.plural());
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
