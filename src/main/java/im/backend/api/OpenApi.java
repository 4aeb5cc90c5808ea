package im.backend.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import im.backend.api.http.ApiDispatcher;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.ProblemResponses;
import im.backend.wire.Json;
import im.backend.wire.ProblemBody;
import im.backend.wire.source.FileContent;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The table of routes and the wire records as an OpenAPI 3.1 document. */
final class OpenApi {
    private final List<ApiRoute> routes;
    private final SortedMap<String, Object> schemas = new TreeMap<>();

    OpenApi(List<ApiRoute> routes) {
        this.routes = routes;
    }

    String text() {
        Map<String, Map<String, Object>> paths = new TreeMap<>();
        for (ApiRoute route : routes) {
            paths.computeIfAbsent(route.path().replace("{+", "{"), ignored -> new LinkedHashMap<>())
                    .put(route.method().toLowerCase(Locale.ROOT), operation(route));
        }
        schemas.computeIfAbsent(name(ProblemBody.class), ignored -> record(ProblemBody.class));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put(
                "info",
                Map.of(
                        "title", "Backend.im",
                        "version", "1",
                        "description", "Deploys source code and runs it. Every fault is application/problem+json."));
        document.put("paths", paths);
        document.put(
                "components",
                Map.of(
                        "schemas",
                        schemas,
                        "securitySchemes",
                        Map.of("bearer", Map.of("type", "http", "scheme", "bearer", "bearerFormat", "JWT"))));
        return Json.text(document);
    }

    private Map<String, Object> operation(ApiRoute route) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", operationId(route));
        operation.put("summary", route.summary());
        operation.put("tags", List.of(tag(route)));
        operation.put("security", route.access().signedIn() ? List.of(Map.of("bearer", List.of())) : List.of());
        List<Object> parameters = parameters(route);
        if (!parameters.isEmpty()) {
            operation.put("parameters", parameters);
        }
        requestBody(route).ifPresent(body -> operation.put("requestBody", body));
        operation.put("responses", responses(route));
        return operation;
    }

    private static String operationId(ApiRoute route) {
        StringBuilder id = new StringBuilder(route.method().toLowerCase(Locale.ROOT));
        for (String part : route.path().split("[^A-Za-z0-9]+")) {
            if (!part.isEmpty()) {
                id.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
            }
        }
        return id.toString();
    }

    /** The heading under which a reader looks for the route. */
    private static String tag(ApiRoute route) {
        String[] parts = route.path().split("/");
        return switch (parts[1]) {
            case "v1" -> parts[2];
            case "api" -> "basics";
            default -> "server";
        };
    }

    private static List<Object> parameters(ApiRoute route) {
        List<Object> parameters = new ArrayList<>();
        for (String part : route.path().split("/")) {
            if (part.startsWith("{")) {
                String name = part.replaceAll("[{+}]", "");
                parameters.add(
                        Map.of("name", name, "in", "path", "required", true, "schema", Map.of("type", "string")));
            }
        }
        for (ApiRoute.Query query : route.queries()) {
            parameters.add(Map.of(
                    "name",
                    query.name(),
                    "in",
                    "query",
                    "description",
                    query.description(),
                    "schema",
                    Map.of("type", "string")));
        }
        return parameters;
    }

    private Optional<Object> requestBody(ApiRoute route) {
        return switch (route.request()) {
            case ApiRoute.Request.None none -> Optional.empty();
            case ApiRoute.Request.Stream stream ->
                Optional.of(Map.of(
                        "required",
                        true,
                        "content",
                        Map.of(ApiDispatcher.STREAM, Map.of("schema", Map.of("type", "string", "format", "binary")))));
            case ApiRoute.Request.Json(Class<?> type) ->
                Optional.of(Map.of("content", Map.of("application/json", Map.of("schema", reference(type)))));
            case ApiRoute.Request.FormOrJson(List<String> parts, Class<?> type) ->
                Optional.of(Map.of(
                        "required",
                        true,
                        "content",
                        Map.of(
                                ApiDispatcher.FORM,
                                Map.of("schema", form(parts)),
                                "application/json",
                                Map.of("schema", reference(type)))));
        };
    }

    /** The first part is the archive, and the only one that must be there. */
    private static Map<String, Object> form(List<String> parts) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (String part : parts) {
            boolean archive = part.equals(parts.getFirst());
            properties.put(part, archive ? Map.of("type", "string", "format", "binary") : Map.of("type", "string"));
        }
        return Map.of("type", "object", "required", List.of(parts.getFirst()), "properties", properties);
    }

    private Map<String, Object> responses(ApiRoute route) {
        Map<String, Object> responses = new LinkedHashMap<>();
        Map<String, Object> success = new LinkedHashMap<>();
        success.put("description", "Success");
        Map<String, Object> content = content(route.reply());
        if (!content.isEmpty()) {
            success.put("content", content);
        }
        responses.put(String.valueOf(route.reply().status()), success);
        responses.put(
                "default",
                Map.of(
                        "description",
                        "A problem (RFC 9457)",
                        "content",
                        Map.of(ProblemResponses.MEDIA_TYPE, Map.of("schema", reference(ProblemBody.class)))));
        return responses;
    }

    private Map<String, Object> content(ApiRoute.Reply reply) {
        return switch (reply) {
            case ApiRoute.Reply.One(int status, Class<?> type) ->
                Map.of("application/json", Map.of("schema", reference(type)));
            case ApiRoute.Reply.Many(Class<?> item) ->
                Map.of(
                        "application/json",
                        Map.of(
                                "schema",
                                Map.of(
                                        "type",
                                        "object",
                                        "required",
                                        List.of("items"),
                                        "properties",
                                        Map.of(
                                                "items", Map.of("type", "array", "items", reference(item)),
                                                "next", Map.of("type", "string")))));
            case ApiRoute.Reply.Lines(Class<?> line, Optional<Class<?>> whole) -> {
                Map<String, Object> both = new TreeMap<>();
                both.put("application/x-ndjson", Map.of("schema", reference(line)));
                whole.ifPresent(type -> both.put("application/json", Map.of("schema", reference(type))));
                yield both;
            }
            case ApiRoute.Reply.Document(String mediaType) -> Map.of(mediaType, Map.of());
            case ApiRoute.Reply.Nothing nothing -> Map.of();
        };
    }

    private Map<String, Object> reference(Class<?> type) {
        String name = name(type);
        if (!schemas.containsKey(name)) {
            schemas.put(name, Map.of());
            schemas.put(name, record(type));
        }
        return Map.of("$ref", "#/components/schemas/" + name);
    }

    private static String name(Class<?> type) {
        return type.getSimpleName();
    }

    private Map<String, Object> record(Class<?> type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
            String name = renamed == null ? component.getName() : renamed.value();
            properties.put(name, schema(component.getGenericType()));
            if (component.getType() != Optional.class && !lenient(component)) {
                required.add(name);
            }
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", "object");
        object.put("properties", properties);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        if (type != FileContent.class) {
            return object;
        }
        return Map.of("oneOf", List.of(Map.of("type", "string"), object));
    }

    /** May be absent: a list of faults that is empty, or what a request may leave out. */
    private static boolean lenient(RecordComponent component) {
        return component.getDeclaringRecord() == ProblemBody.class
                        && component.getName().equals("errors")
                || component.getAccessor().isAnnotationPresent(com.fasterxml.jackson.annotation.JsonSetter.class);
    }

    private Map<String, Object> schema(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            Class<?> raw = (Class<?>) generic.getRawType();
            if (raw == Optional.class) {
                return schema(last);
            }
            return raw == Map.class
                    ? Map.of("type", "object", "additionalProperties", schema(last))
                    : Map.of("type", "array", "items", schema(last));
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return reference(plain);
        }
        if (plain.isEnum()) {
            return Map.of("type", "string", "enum", names(plain));
        }
        if (plain == Instant.class) {
            return Map.of("type", "string", "format", "date-time");
        }
        if (plain == int.class || plain == Integer.class || plain == long.class || plain == Long.class) {
            return Map.of("type", "integer");
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return Map.of("type", "boolean");
        }
        return plain == JsonNode.class ? Map.of() : Map.of("type", "string");
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(Json::text)
                .map(text -> text.substring(1, text.length() - 1))
                .toList();
    }
}
