package im.backend.eject;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.BiConsumer;

/** What an object of a manifest says, in the order it is written: texts, numbers, truths, lists and further fields. */
final class Fields {
    private final SequencedMap<String, Object> values = new LinkedHashMap<>();

    static Fields of(String name, Object value) {
        return new Fields().with(name, value);
    }

    Fields with(String name, Object value) {
        values.put(name, value);
        return this;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    void forEach(BiConsumer<String, Object> reader) {
        values.forEach(reader);
    }
}
