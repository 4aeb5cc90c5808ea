package im.backend.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.wire.account.TokenReply;
import im.backend.wire.app.StateBody;
import im.backend.wire.deployment.DeployReply;
import im.backend.wire.deployment.DeployRequest;
import im.backend.wire.deployment.EventsReply;
import im.backend.wire.project.ProjectBody;
import im.backend.wire.server.ServerBody;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The document says of each record what its golden file shows. */
class OpenApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<ApiRoute> ROUTES = List.of(
            ApiRoute.post("/api/deploy", Access.DEPLOY, "Deploy")
                    .reads(DeployRequest.class)
                    .replies(202, DeployReply.class, call -> Answer.nothing()),
            ApiRoute.get("/v1/server", Access.USER, "Server").replies(200, ServerBody.class, call -> Answer.nothing()),
            ApiRoute.get("/v1/state", Access.USER, "State").replies(200, StateBody.class, call -> Answer.nothing()),
            ApiRoute.get("/v1/events", Access.USER, "Events").replies(200, EventsReply.class, call -> Answer.nothing()),
            ApiRoute.post("/login", Access.LOGIN, "Login").replies(200, TokenReply.class, call -> Answer.nothing()),
            ApiRoute.get("/v1/projects/{project}/files/{+path}", Access.USER, "Projects")
                    .query("limit", "how many")
                    .replies(new ApiRoute.Reply.Many(ProjectBody.class), call -> Answer.nothing()));

    private static JsonNode document() throws IOException {
        return JSON.readTree(new OpenApi(ROUTES).text());
    }

    static Stream<String> schemas() throws IOException {
        List<String> names = new ArrayList<>();
        document().path("components").path("schemas").fieldNames().forEachRemaining(names::add);
        return names.stream().filter(name -> OpenApiTest.class.getResource("/golden/" + name + ".json") != null);
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void aGoldenFileFitsItsSchema(String name) throws IOException {
        JsonNode schemas = document().path("components").path("schemas");
        try (InputStream golden = OpenApiTest.class.getResourceAsStream("/golden/" + name + ".json")) {
            assertThat(faults(schemas.path(name), JSON.readTree(golden), schemas, name))
                    .isEmpty();
        }
    }

    @Test
    void anOpenRouteNeedsNoTokenAndTheOthersDo() throws IOException {
        JsonNode paths = document().path("paths");

        assertThat(paths.path("/login").path("post").path("security")).isEmpty();
        assertThat(paths.path("/v1/server").path("get").path("security").get(0).has("bearer"))
                .isTrue();
    }

    @Test
    void parametersOfPathAndQueryAreNamed() throws IOException {
        JsonNode parameters = document()
                .path("paths")
                .path("/v1/projects/{project}/files/{path}")
                .path("get")
                .path("parameters");

        assertThat(parameters)
                .extracting(parameter -> parameter.path("name").asText())
                .containsExactly("project", "path", "limit");
    }

    /** As much of JSON Schema as the document uses. */
    private static List<String> faults(JsonNode schema, JsonNode value, JsonNode schemas, String at) {
        if (schema.has("$ref")) {
            String name = schema.path("$ref").asText().replaceAll(".*/", "");
            return faults(schemas.path(name), value, schemas, at);
        }
        if (schema.has("oneOf")) {
            return Stream.of(0, 1)
                            .anyMatch(i -> faults(schema.path("oneOf").get(i), value, schemas, at)
                                    .isEmpty())
                    ? List.of()
                    : List.of(at + ": none of oneOf");
        }
        List<String> faults = new ArrayList<>();
        String type = schema.path("type").asText("any");
        boolean fits = switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> true;
        };
        if (!fits) {
            return List.of(at + ": " + value + " is no " + type);
        }
        schema.path("required").forEach(name -> {
            if (!value.has(name.asText())) {
                faults.add(at + ": lacks " + name);
            }
        });
        value.properties().forEach(property -> {
            JsonNode expected = schema.path("properties").path(property.getKey());
            if (!expected.isMissingNode()) {
                faults.addAll(faults(expected, property.getValue(), schemas, at + "/" + property.getKey()));
            } else if (schema.has("properties")) {
                faults.add(at + ": has " + property.getKey());
            }
        });
        if (value.isArray()) {
            value.forEach(item -> faults.addAll(faults(schema.path("items"), item, schemas, at + "[]")));
        }
        return faults;
    }
}
