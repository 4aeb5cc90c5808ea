package im.backend.cluster;

/**
 * Which objects of a kind.
 *
 * @param namespace empty for all
 * @param labels a label selector as {@code a=b,c}; empty for all
 * @param fields a field selector as {@code metadata.name=x}; empty for all
 */
public record Selection(String namespace, String labels, String fields) {
    public static Selection everywhere() {
        return new Selection("", "", "");
    }

    public static Selection in(String namespace) {
        return new Selection(namespace, "", "");
    }

    public static Selection only(Address address) {
        return new Selection(address.namespace(), "", "metadata.name=" + address.name());
    }

    public Selection labelled(String name, String value) {
        return new Selection(namespace, and(labels, name + "=" + value), fields);
    }

    public Selection where(String field, String value) {
        return new Selection(namespace, labels, and(fields, field + "=" + value));
    }

    private static String and(String selector, String term) {
        return selector.isEmpty() ? term : selector + "," + term;
    }
}
