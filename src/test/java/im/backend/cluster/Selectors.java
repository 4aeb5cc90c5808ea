package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Label and field selectors, as far as equality and presence go. */
record Selectors(String labels, String fields) {
    boolean select(JsonNode object) {
        return terms(labels).stream().allMatch(term -> holds(term, object))
                && terms(fields).stream().allMatch(term -> {
                    String[] pair = term.split("==?", 2);
                    return object.at("/" + pair[0].replace('.', '/')).asText("").equals(pair[1]);
                });
    }

    private static boolean holds(String term, JsonNode object) {
        JsonNode labels = object.at("/metadata/labels");
        if (term.startsWith("!")) {
            return !labels.has(term.substring(1));
        }
        if (term.contains("!=")) {
            String[] pair = term.split("!=", 2);
            return !labels.path(pair[0]).asText("").equals(pair[1]);
        }
        if (!term.contains("=")) {
            return labels.has(term);
        }
        String[] pair = term.split("==?", 2);
        return labels.path(pair[0]).asText("\0").equals(pair[1]);
    }

    private static List<String> terms(String selector) {
        return selector.isEmpty() ? List.of() : List.of(selector.split(","));
    }
}
