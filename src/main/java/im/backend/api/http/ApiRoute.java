package im.backend.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One operation of the API. The table of these is what is served and what /openapi.json says, so neither can lie.
 *
 * @param path with {@code {name}} for one segment and {@code {+name}} for the rest of the path
 */
public record ApiRoute(
        String method,
        String path,
        Access access,
        String summary,
        List<Query> queries,
        Request request,
        Reply reply,
        Endpoint endpoint) {

    /** A parameter of the query; any that a route does not name is refused. */
    public record Query(String name, String description) {}

    /** What a route takes as its body. */
    public sealed interface Request {
        /** Nothing, or nothing that matters. */
        record None() implements Request {}

        record Json(Class<?> type) implements Request {}

        /** Bytes of any length, read as they come. */
        record Stream() implements Request {}

        /** The same as a form with an archive, or as JSON with the archive in it. */
        record FormOrJson(List<String> parts, Class<?> type) implements Request {
            public FormOrJson {
                parts = List.copyOf(parts);
            }
        }
    }

    /** What the success of a route looks like. */
    public sealed interface Reply {
        int status();

        /** One record as JSON. */
        record One(int status, Class<?> type) implements Reply {}

        /** A {@link im.backend.wire.Page} of records. */
        record Many(Class<?> item) implements Reply {
            @Override
            public int status() {
                return 200;
            }
        }

        /** A record a line; with a {@code whole} it is sent at once as one JSON document unless the caller follows. */
        record Lines(Class<?> line, Optional<Class<?>> whole) implements Reply {
            @Override
            public int status() {
                return 200;
            }
        }

        record Document(String mediaType) implements Reply {
            @Override
            public int status() {
                return 200;
            }
        }

        record Nothing() implements Reply {
            @Override
            public int status() {
                return 204;
            }
        }
    }

    public static Draft get(String path, Access access, String summary) {
        return new Draft("GET", path, access, summary);
    }

    public static Draft post(String path, Access access, String summary) {
        return new Draft("POST", path, access, summary);
    }

    public static Draft put(String path, Access access, String summary) {
        return new Draft("PUT", path, access, summary);
    }

    public static Draft patch(String path, Access access, String summary) {
        return new Draft("PATCH", path, access, summary);
    }

    public static Draft delete(String path, Access access, String summary) {
        return new Draft("DELETE", path, access, summary);
    }

    /** A route that has its access and not yet its reply. */
    public static final class Draft {
        private final String method;
        private final String path;
        private final Access access;
        private final String summary;
        private final List<Query> queries = new ArrayList<>();
        private Request request = new Request.None();

        private Draft(String method, String path, Access access, String summary) {
            this.method = method;
            this.path = path;
            this.access = access;
            this.summary = summary;
        }

        public Draft query(String name, String description) {
            queries.add(new Query(name, description));
            return this;
        }

        public Draft reads(Class<?> type) {
            request = new Request.Json(type);
            return this;
        }

        public Draft readsStream() {
            request = new Request.Stream();
            return this;
        }

        public Draft readsFormOrJson(List<String> parts, Class<?> type) {
            request = new Request.FormOrJson(parts, type);
            return this;
        }

        public ApiRoute replies(int status, Class<?> type, Endpoint endpoint) {
            return replies(new Reply.One(status, type), endpoint);
        }

        public ApiRoute replies(Reply reply, Endpoint endpoint) {
            return new ApiRoute(method, path, access, summary, List.copyOf(queries), request, reply, endpoint);
        }
    }
}
