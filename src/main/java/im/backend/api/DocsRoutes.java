package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The API described: OpenAPI for programs, a page for people, and the schema of backend.yml for editors. */
final class DocsRoutes {
    private final List<ApiRoute> described;

    /** @param described all other routes of the server */
    DocsRoutes(List<ApiRoute> described) {
        this.described = List.copyOf(described);
    }

    List<ApiRoute> routes() {
        List<ApiRoute> routes = List.of(
                ApiRoute.get("/openapi.json", Access.PUBLIC, "This API as OpenAPI 3.1")
                        .replies(new ApiRoute.Reply.Document("application/json"), call -> openApi()),
                page("/docs", "docs.html", "text/html; charset=utf-8", "This API as a page"),
                page("/docs/docs.js", "docs.js", "text/javascript; charset=utf-8", "The page's script"),
                page("/docs/docs.css", "docs.css", "text/css; charset=utf-8", "The page's style"),
                page(
                        "/schemas/backend.schema.json",
                        "/schemas/backend.schema.json",
                        "application/schema+json",
                        "The JSON Schema of backend.yml"));
        return routes;
    }

    private static ApiRoute page(String path, String resource, String mediaType, String summary) {
        return ApiRoute.get(path, Access.PUBLIC, summary)
                .replies(
                        new ApiRoute.Reply.Document(mediaType),
                        call -> new Answer.Document(200, mediaType, text(resource)));
    }

    private static String text(String resource) throws IOException {
        try (InputStream in = DocsRoutes.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new Problem.NotFound("This build of the server has no " + resource + ".").asException();
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Made anew for each call: it is asked for rarely, and its memory is better used otherwise. */
    private Answer openApi() {
        List<ApiRoute> all = new ArrayList<>(described);
        all.addAll(routes());
        return new Answer.Document(200, "application/json", new OpenApi(all).text());
    }
}
