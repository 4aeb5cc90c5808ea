package im.backend.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object by name of its fields. Data binding to the wire records would cost the command line 120 ms at each start,
 * the plain parser costs 12 (measured with an AOT cache). Unknown fields stay, so {@code --json} shows what a newer server
 * says.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Values are String, Long, Double, Boolean, List, JsonObject, or null. */
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    /** @throws IOException when the text is not one JSON object */
    public static JsonObject parse(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            if (value(parser) instanceof JsonObject object) {
                return object;
            }
            throw new IOException("the answer is not a JSON object");
        }
    }

    /** @param value a text, number, flag, list, map of texts or object; null leaves the field out */
    public JsonObject with(String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
        return this;
    }

    public Optional<String> text(String name) {
        Object value = fields.get(name);
        return value == null || value instanceof JsonObject || value instanceof List
                ? Optional.empty()
                : Optional.of(value.toString());
    }

    /** The field's text, or {@code fallback} when it is absent. */
    public String text(String name, String fallback) {
        return text(name).orElse(fallback);
    }

    public long number(String name, long fallback) {
        return fields.get(name) instanceof Number number ? number.longValue() : fallback;
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    public Optional<JsonObject> object(String name) {
        return fields.get(name) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
    }

    public List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        if (fields.get(name) instanceof List<?> list) {
            list.forEach(item -> {
                if (item instanceof JsonObject object) {
                    objects.add(object);
                }
            });
        }
        return Collections.unmodifiableList(objects);
    }

    public List<String> texts(String name) {
        return fields.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Names and texts of an object's fields, as the answer ordered them. */
    public Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        fields.forEach((name, value) -> entries.put(name, String.valueOf(value)));
        return Collections.unmodifiableMap(entries);
    }

    /** As one line of JSON. */
    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(generator, this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("the answer ends early");
        }
        return switch (token) {
            case START_OBJECT -> {
                JsonObject object = new JsonObject();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.fields.put(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeNull();
            case JsonObject object -> writeObject(out, object.fields);
            case Map<?, ?> map -> writeObject(out, map);
            case List<?> list -> {
                out.writeStartArray();
                for (Object item : list) {
                    write(out, item);
                }
                out.writeEndArray();
            }
            case Long number -> out.writeNumber(number);
            case Integer number -> out.writeNumber(number);
            case Double number -> out.writeNumber(number);
            case Boolean flag -> out.writeBoolean(flag);
            default -> out.writeString(value.toString());
        }
    }

    private static void writeObject(JsonGenerator out, Map<?, ? extends @Nullable Object> fields) throws IOException {
        out.writeStartObject();
        for (Map.Entry<?, ? extends @Nullable Object> field : fields.entrySet()) {
            out.writeFieldName(String.valueOf(field.getKey()));
            write(out, field.getValue());
        }
        out.writeEndObject();
    }
}
