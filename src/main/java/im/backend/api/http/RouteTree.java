package im.backend.api.http;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path in as many steps as the path has segments, and knows which methods a path has. */
final class RouteTree {
    private final Node root = new Node();

    RouteTree(List<ApiRoute> routes) {
        routes.forEach(this::add);
    }

    /** A path that exists, with its parameters and the routes by method. */
    record Match(SortedMap<String, ApiRoute> byMethod, Map<String, String> parameters) {}

    /** @param segments decoded, without the leading slash */
    Optional<Match> find(List<String> segments) {
        Map<String, String> parameters = new HashMap<>();
        Node node = root;
        for (int at = 0; at < segments.size(); at++) {
            Node next = node.literals.get(segments.get(at));
            if (next == null && node.parameter != null && !segments.get(at).isEmpty()) {
                next = node.parameter;
                parameters.put(node.parameterName, segments.get(at));
            }
            if (next == null && node.rest != null) {
                parameters.put(node.parameterName, String.join("/", segments.subList(at, segments.size())));
                return Optional.of(new Match(node.rest.routes, parameters));
            }
            if (next == null) {
                return Optional.empty();
            }
            node = next;
        }
        return node.routes.isEmpty() ? Optional.empty() : Optional.of(new Match(node.routes, parameters));
    }

    private void add(ApiRoute route) {
        Node node = root;
        for (String segment : route.path().substring(1).split("/", -1)) {
            node = node.child(segment);
        }
        if (node.routes.put(route.method(), route) != null) {
            throw new IllegalArgumentException("Two routes for " + route.method() + " " + route.path());
        }
    }

    private static final class Node {
        private final Map<String, Node> literals = new LinkedHashMap<>();
        private final SortedMap<String, ApiRoute> routes = new TreeMap<>();
        private String parameterName = "";
        private @Nullable Node parameter;
        private @Nullable Node rest;

        Node child(String segment) {
            if (segment.startsWith("{+")) {
                rest = rest == null ? new Node() : rest;
                return named(segment.substring(2, segment.length() - 1), rest);
            }
            if (segment.startsWith("{")) {
                parameter = parameter == null ? new Node() : parameter;
                return named(segment.substring(1, segment.length() - 1), parameter);
            }
            return literals.computeIfAbsent(segment, ignored -> new Node());
        }

        private Node named(String name, Node child) {
            if (!parameterName.isEmpty() && !parameterName.equals(name)) {
                throw new IllegalArgumentException("Two names for one segment: " + parameterName + ", " + name);
            }
            parameterName = name;
            return child;
        }
    }
}
