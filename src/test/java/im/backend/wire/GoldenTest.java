package im.backend.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import im.backend.wire.deployment.StatusReply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden files are the contract: a change of one is a change that a client sees. */
class GoldenTest {
    private static final ObjectMapper PLAIN = new ObjectMapper();

    static Stream<Object> requests() {
        return WireSamples.requests();
    }

    static Stream<Object> replies() {
        return WireSamples.replies();
    }

    static Stream<Object> all() {
        return Stream.concat(requests(), replies());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aRecordIsWrittenAsItsGoldenFile(Object value) throws IOException {
        assertThat(PLAIN.readTree(Json.bytes(value))).isEqualTo(PLAIN.readTree(golden(value)));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aRequestIsReadFromItsGoldenFile(Object value) throws IOException {
        Object read = Json.request(new ByteArrayInputStream(golden(value)), value.getClass(), Json.REQUEST_BYTES_MAX);

        assertThat(read).isEqualTo(value);
    }

    @ParameterizedTest
    @MethodSource("replies")
    void aReplyIsReadFromItsGoldenFile(Object value) throws IOException {
        assertThat(Json.<Object>reply(golden(value), (Class<Object>) value.getClass()))
                .isEqualTo(value);
    }

    @Test
    void aPageIsReadWithTheTypeOfItsItems() throws IOException {
        Page<ViolationBody> page = new Page<>(List.of(new ViolationBody("/a", "b")), Optional.of("c"));

        assertThat(Json.page(Json.bytes(page), ViolationBody.class)).isEqualTo(page);
        assertThat(Json.reply(Json.bytes(page), new TypeReference<Page<ViolationBody>>() {}))
                .isEqualTo(page);
    }

    @Test
    void aReplyOfANewerServerIsStillRead() throws IOException {
        assertThat(Json.reply("{\"pointer\":\"/a\",\"message\":\"b\",\"severity\":\"high\"}", ViolationBody.class))
                .isEqualTo(new ViolationBody("/a", "b"));
    }

    @Test
    void theStatusReplyAlwaysHasItsUrl() {
        assertThat(Json.text(new StatusReply("i", "p", "c", "queued", Optional.empty(), List.of(), Optional.empty())))
                .contains("\"url\":null")
                .doesNotContain("error");
    }

    private static byte[] golden(Object value) throws IOException {
        String name = "/golden/" + value.getClass().getSimpleName() + ".json";
        String update = System.getProperty("golden.update");
        if (update != null) {
            Files.write(
                    Path.of(update, value.getClass().getSimpleName() + ".json"),
                    (PLAIN.writer(SerializationFeature.INDENT_OUTPUT)
                                            .writeValueAsString(PLAIN.readTree(Json.bytes(value)))
                                    + "\n")
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        try (InputStream in = GoldenTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }
}
