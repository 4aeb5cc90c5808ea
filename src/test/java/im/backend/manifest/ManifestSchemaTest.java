package im.backend.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import im.backend.domain.AppManifest.Strategy;
import im.backend.domain.RuntimeSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ManifestSchemaTest {
    private final JsonNode schema = schema();

    @Test
    void schemaAndReaderKnowTheSameKeys() {
        assertThat(keys("")).containsExactlyElementsOf(BackendYml.KEYS);
        assertThat(keys("/properties/resources")).containsExactlyElementsOf(BackendYml.RESOURCES_KEYS);
        assertThat(keys("/properties/scaling")).containsExactlyElementsOf(BackendYml.SCALING_KEYS);
        assertThat(keys("/properties/healthcheck/oneOf/1")).containsExactlyElementsOf(BackendYml.HEALTHCHECK_KEYS);
        assertThat(keys("/properties/build/oneOf/1")).containsExactlyElementsOf(BackendYml.BUILD_KEYS);
        assertThat(keys("/properties/deploy")).containsExactlyElementsOf(BackendYml.DEPLOY_KEYS);
        assertThat(keys("/$defs/cronEntry")).containsExactlyElementsOf(Cron.KEYS);
        assertThat(keys("/$defs/volume")).containsExactlyElementsOf(Volumes.KEYS);
    }

    @Test
    void schemaAndReaderKnowTheSameWords() {
        assertThat(schema.at("/properties/deploy/properties/strategy/enum"))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(Arrays.stream(Strategy.values())
                        .map(BackendYml::wireName)
                        .toList());
        assertThat(Arrays.stream(RuntimeSpec.Language.values()).map(RuntimeSpec.Language::wireName))
                .allMatch(word ->
                        schema.at("/properties/runtime/pattern").asText().contains(word));
    }

    @Test
    void everyKeyIsDescribedForTheEditor() {
        assertThat(schema.get("properties").properties())
                .allSatisfy(
                        entry -> assertThat(entry.getValue().path("description").asText())
                                .as(entry.getKey())
                                .isNotBlank());
    }

    @TestFactory
    Stream<DynamicTest> everyExampleOfTheSchemaIsRead() {
        return schema.get("properties").properties().stream()
                .flatMap(entry -> entry.getValue()
                        .path("examples")
                        .valueStream()
                        .map(example -> DynamicTest.dynamicTest(
                                entry.getKey() + ": " + example,
                                () -> ManifestReader.parse(("{\"" + entry.getKey() + "\": " + example + "}")
                                        .getBytes(StandardCharsets.UTF_8)))));
    }

    private List<String> keys(String pointer) {
        return schema.at(pointer)
                .get("properties")
                .propertyStream()
                .map(Map.Entry::getKey)
                .toList();
    }

    private static JsonNode schema() {
        try (InputStream in = ManifestSchemaTest.class.getResourceAsStream("/schemas/backend.schema.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
