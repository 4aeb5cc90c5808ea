package im.backend.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The one codec of the contract. Requests are read strictly: an unknown field, a duplicate key, trailing text, a number
 * for a text and anything over the limits is refused with a pointer to it. Replies are read leniently, so that an older
 * client understands a newer server.
 */
public final class Json {
    /** Limit of an ordinary request body. */
    public static final int REQUEST_BYTES_MAX = 1 << 20;

    /** Limit of a JSON body that carries source; larger sources are sent as multipart. */
    public static final int SOURCE_BYTES_MAX = 28 << 20;

    static final int DEPTH_MAX = 64;
    private static final int TOKENS_MAX = 300_000;
    private static final int NUMBER_DIGITS_MAX = 32;

    private static final JsonMapper LENIENT = lenient();
    private static final JsonMapper STRICT = strict();

    private Json() {}

    /**
     * Reads a request body.
     *
     * @param bytesMax of the body; one byte more is TooLarge {@code body-too-large}
     */
    public static <T> T request(InputStream body, Class<T> type, int bytesMax) {
        byte[] bytes;
        try {
            bytes = body.readNBytes(bytesMax + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (bytes.length > bytesMax) {
            throw new Problem.TooLarge("body-too-large", "The JSON body is over " + bytesMax + " bytes.").asException();
        }
        try {
            return STRICT.readValue(bytes, type);
        } catch (JsonProcessingException e) {
            throw new JsonFaults(STRICT, bytes).translate(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static <T> T reply(byte[] body, Class<T> type) throws IOException {
        return LENIENT.readValue(body, type);
    }

    public static <T> T reply(String body, Class<T> type) throws IOException {
        return LENIENT.readValue(body, type);
    }

    public static <T> T reply(byte[] body, TypeReference<T> type) throws IOException {
        return LENIENT.readValue(body, type);
    }

    /** A part of a list. */
    public static <T> Page<T> page(byte[] body, Class<T> item) throws IOException {
        JavaType type = LENIENT.getTypeFactory().constructParametricType(Page.class, item);
        return LENIENT.readValue(body, type);
    }

    public static byte[] bytes(Object value) {
        try {
            return LENIENT.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A reply could not be written: " + value.getClass(), e);
        }
    }

    public static String text(Object value) {
        try {
            return LENIENT.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A reply could not be written: " + value.getClass(), e);
        }
    }

    /** Whether a text can be written as UTF-8: it has no lone surrogate. */
    public static boolean wellFormed(String text) {
        return WireTypes.TextReader.wellFormed(text);
    }

    private static JsonMapper lenient() {
        return JsonMapper.builder()
                .addModule(new WireTypes())
                .serializationInclusion(JsonInclude.Include.NON_ABSENT)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
    }

    private static JsonMapper strict() {
        StreamReadConstraints limits = StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX)
                .maxNumberLength(NUMBER_DIGITS_MAX)
                .maxTokenCount(TOKENS_MAX)
                .maxStringLength(SOURCE_BYTES_MAX)
                .maxNameLength(4096)
                .build();
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(limits)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
        return JsonMapper.builder(factory)
                .addModule(new WireTypes())
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
    }
}
