package im.backend.wire;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Violation;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Words what is wrong with a JSON body for the person who sent it, with a JSON pointer (RFC 6901) to the place. */
final class JsonFaults {
    private final ObjectMapper mapper;
    private final byte[] body;

    /** @param body that was read, to be looked at again where the fault alone does not say enough */
    JsonFaults(ObjectMapper mapper, byte[] body) {
        this.mapper = mapper;
        this.body = body;
    }

    ProblemException translate(JsonProcessingException fault) {
        return switch (fault) {
            case UnrecognizedPropertyException unknown ->
                unknownField(
                        unknown.getPropertyName(),
                        unknown.getKnownPropertyIds().stream()
                                .map(String::valueOf)
                                .sorted()
                                .toList(),
                        unknown.getPath());
            case StreamConstraintsException limit ->
                new Problem.Malformed(
                                "json-too-complex",
                                "The JSON body is over a limit (" + Json.DEPTH_MAX + " levels, 100000 values): "
                                        + firstSentence(limit.getOriginalMessage()))
                        .asException();
            case JsonParseException syntax -> malformed(syntax);
            case JsonMappingException mapping -> mapped(mapping);
            default -> malformed(fault);
        };
    }

    private static ProblemException malformed(JsonProcessingException fault) {
        String message = firstSentence(fault.getOriginalMessage());
        if (message.startsWith("Duplicate ")) {
            return new Problem.Malformed(
                            "duplicate-key",
                            "The JSON body has a key twice" + place(fault) + ": " + message + ". Keep one.")
                    .asException();
        }
        return new Problem.Malformed("malformed-json", "The body is not JSON" + place(fault) + ": " + message + ".")
                .asException();
    }

    private ProblemException mapped(JsonMappingException fault) {
        for (Throwable cause = fault.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException problem) {
                return pointedAt(problem, pointer(fault.getPath()));
            }
            if (cause instanceof JsonProcessingException syntax && !(cause instanceof JsonMappingException)) {
                return translate(syntax);
            }
        }
        String original = firstSentence(fault.getOriginalMessage());
        if (original.startsWith("Trailing token") || original.startsWith("No content to map")) {
            return malformed(fault);
        }
        if (original.startsWith("Duplicate field")) {
            return new Problem.Malformed("duplicate-key", "The JSON body has a key twice: " + original + ". Keep one.")
                    .asException();
        }
        Optional<ProblemException> misspelt = misspelt(fault);
        if (misspelt.isPresent()) {
            return misspelt.get();
        }
        String pointer = pointer(fault.getPath());
        String name = pointer.isEmpty() ? "the body" : pointer.substring(pointer.lastIndexOf('/') + 1);
        return invalid(pointer, name + " (expected: " + expected(fault) + ")");
    }

    private static String expected(JsonMappingException fault) {
        if (fault instanceof InvalidFormatException format
                && format.getTargetType().isEnum()) {
            return "one of "
                    + List.of(format.getTargetType().getEnumConstants())
                            .toString()
                            .toLowerCase(Locale.ROOT);
        }
        Class<?> target = fault instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
                ? mismatch.getTargetType()
                : Object.class;
        String original = String.valueOf(fault.getOriginalMessage());
        if (original.contains("lone surrogates")) {
            return "a text without lone surrogates";
        }
        if (original.startsWith("Null value for creator property") || original.startsWith("Cannot map `null`")) {
            return "a value, it is required";
        }
        return kind(target);
    }

    private static String kind(Class<?> target) {
        if (target == String.class) {
            return "a text in quotes";
        }
        if (target == int.class || target == long.class || target == Integer.class || target == Long.class) {
            return "a whole number";
        }
        if (target == boolean.class || target == Boolean.class) {
            return "true or false";
        }
        return Collection.class.isAssignableFrom(target) ? "a list" : "an object";
    }

    /**
     * Jackson tells of a missing field before it tells of an unknown one, but of the two the misspelt one is the news.
     */
    private Optional<ProblemException> misspelt(JsonMappingException fault) {
        List<JsonMappingException.Reference> path = fault.getPath();
        if (path.isEmpty() || !(path.getLast().getFrom() instanceof Class<?> type) || !type.isRecord()) {
            return Optional.empty();
        }
        List<String> known = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .sorted()
                .toList();
        List<JsonMappingException.Reference> parent = path.subList(0, path.size() - 1);
        for (String name : namesAt(pointer(parent))) {
            if (!known.contains(name)) {
                List<JsonMappingException.Reference> place = new ArrayList<>(parent);
                place.add(new JsonMappingException.Reference(type, name));
                return Optional.of(unknownField(name, known, place));
            }
        }
        return Optional.empty();
    }

    private List<String> namesAt(String pointer) {
        List<String> names = new ArrayList<>();
        try {
            mapper.readTree(body).at(pointer).fieldNames().forEachRemaining(names::add);
        } catch (IOException readBefore) {
            throw new IllegalStateException("The body was read before and is not readable now", readBefore);
        }
        return names;
    }

    private static ProblemException pointedAt(ProblemException thrown, String pointer) {
        return switch (thrown.problem()) {
            case Problem.Invalid(String slug, String detail, List<Violation> violations)
            when violations.isEmpty() ->
                new Problem.Invalid(slug, detail, List.of(new Violation(pointer, detail))).asException(thrown);
            default -> thrown;
        };
    }

    private static ProblemException unknownField(
            String name, List<String> known, List<JsonMappingException.Reference> path) {
        String hint = nearest(name, known)
                .map(near -> "Did you mean \"" + near + "\"?")
                .orElse("Known here: " + String.join(", ", known) + ".");
        String pointer = pointer(path);
        return new Problem.Malformed(
                        "unknown-field",
                        "The JSON body has the unknown field " + quoted(name) + ". " + hint,
                        List.of(new Violation(pointer, hint)))
                .asException();
    }

    private static ProblemException invalid(String pointer, String message) {
        return new Problem.Invalid(
                        "validation",
                        "The JSON body is not as expected: " + message + ".",
                        List.of(new Violation(pointer, message)))
                .asException();
    }

    static String pointer(List<JsonMappingException.Reference> path) {
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            String part = step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName();
            pointer.append('/').append(part.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    private static String place(JsonProcessingException fault) {
        return fault.getLocation() == null
                ? ""
                : " at line " + fault.getLocation().getLineNr() + ", column "
                        + fault.getLocation().getColumnNr();
    }

    private static String quoted(String name) {
        String shown = name.length() > 60 ? name.substring(0, 60) + "…" : name;
        return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
    }

    /** Jackson's messages go on with its own type names and locations, which are none of the caller's business. */
    private static String firstSentence(String message) {
        String line = message.lines().findFirst().orElse("");
        int end = line.indexOf(" (");
        String cut = end > 0 ? line.substring(0, end) : line;
        return cut.endsWith(".") ? cut.substring(0, cut.length() - 1) : cut;
    }

    private static Optional<String> nearest(String name, List<String> known) {
        String best = "";
        int bestDistance = Math.max(2, name.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /** Levenshtein's, over names short enough that the square does not matter. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 8) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
