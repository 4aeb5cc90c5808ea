package im.backend.scan.osv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.scan.Severity;
import im.backend.scan.osv.AffectedRange.Event;
import im.backend.scan.osv.AffectedRange.Kind;
import im.backend.scan.version.VersionOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads advisories (OSV schema 1.6), and writes them without what nobody looks up. */
final class OsvFormat {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int TITLE_MAX = 160;
    /** Ids of packages that were made to do harm; no release of them is to be used. */
    private static final String MALICIOUS = "MAL-";

    private static final List<String> KEPT =
            List.of("id", "aliases", "summary", "severity", "database_specific", "affected");
    private static final List<String> KEPT_OF_AFFECTED = List.of("package", "versions", "ranges", "severity");

    /** @param json without what is not looked up */
    record Condensed(byte[] json, List<String> keys) {
        Condensed {
            keys = List.copyOf(keys);
        }
    }

    /** Empty when it is withdrawn, about other ecosystems only, or no advisory. */
    Optional<Condensed> condense(byte[] json) {
        try {
            if (!(JSON.readTree(json) instanceof ObjectNode advisory)
                    || !advisory.path("id").isTextual()
                    || advisory.hasNonNull("withdrawn")) {
                return Optional.empty();
            }
            Advisory read = advisory(advisory);
            advisory.put("summary", read.title());
            advisory.retain(KEPT);
            if (advisory.get("database_specific") instanceof ObjectNode own) {
                own.retain("severity");
            }
            for (JsonNode affected : advisory.path("affected")) {
                if (affected instanceof ObjectNode fields) {
                    fields.retain(KEPT_OF_AFFECTED);
                }
            }
            List<String> keys = read.affected().stream()
                    .map(Advisory.Affected::key)
                    .distinct()
                    .toList();
            return keys.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Condensed(JSON.writeValueAsBytes(advisory), keys));
        } catch (JsonProcessingException noJson) {
            return Optional.empty();
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
    }

    Advisory read(byte[] json) {
        try {
            return advisory(JSON.readTree(json));
        } catch (IOException ownFile) {
            throw new UncheckedIOException(ownFile);
        }
    }

    private static Advisory advisory(JsonNode json) {
        String id = json.path("id").asText();
        Severity severity = Severity.parse(
                        json.at("/database_specific/severity").asText())
                .filter(word -> word != Severity.UNKNOWN)
                .orElseGet(() -> id.startsWith(MALICIOUS) ? Severity.CRITICAL : rated(json.path("severity")));
        List<Advisory.Affected> affected = new ArrayList<>();
        for (JsonNode one : json.path("affected")) {
            String name = one.at("/package/ecosystem").asText();
            Ecosystem.of(name).ifPresent(ecosystem -> affected.add(affected(one, ecosystem, name)));
        }
        return new Advisory(id, texts(json.path("aliases")), title(json), severity, affected);
    }

    private static String title(JsonNode json) {
        String text = json.path("summary").asText();
        String line = (text.isBlank() ? json.path("details").asText() : text)
                .strip()
                .lines()
                .findFirst()
                .orElse("")
                .replaceAll("\\p{Cntrl}", " ");
        return line.length() <= TITLE_MAX ? line : line.substring(0, TITLE_MAX - 1) + "…";
    }

    private static Advisory.Affected affected(JsonNode json, Ecosystem ecosystem, String ecosystemName) {
        List<AffectedRange> ranges = new ArrayList<>();
        for (JsonNode range : json.path("ranges")) {
            order(range.path("type").asText(), ecosystem)
                    .ifPresent(order -> ranges.add(new AffectedRange(order, events(range.path("events")))));
        }
        return new Advisory.Affected(
                ecosystem.key(ecosystemName, json.at("/package/name").asText()),
                ecosystem.order(),
                texts(json.path("versions")),
                ranges,
                rated(json.path("severity")));
    }

    /** Of commits nothing is known here. */
    private static Optional<VersionOrder> order(String type, Ecosystem ecosystem) {
        return switch (type) {
            case "SEMVER" -> Optional.of(VersionOrder.SEMANTIC);
            case "ECOSYSTEM" -> Optional.of(ecosystem.order());
            default -> Optional.empty();
        };
    }

    private static List<Event> events(JsonNode json) {
        List<Event> events = new ArrayList<>();
        for (JsonNode event : json) {
            for (Kind kind : Kind.values()) {
                JsonNode version = event.path(kind.name().toLowerCase(Locale.ROOT));
                if (version.isTextual()) {
                    events.add(new Event(kind, version.asText()));
                }
            }
        }
        return events;
    }

    /** The worst of the ratings that are understood. */
    private static Severity rated(JsonNode severities) {
        List<Severity> rated = new ArrayList<>();
        for (JsonNode one : severities) {
            CvssScore.of(one.path("score").asText()).ifPresent(score -> rated.add(Severity.ofScore(score)));
        }
        return rated.stream().max(Comparator.naturalOrder()).orElse(Severity.UNKNOWN);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        for (JsonNode one : list) {
            texts.add(one.asText());
        }
        return texts;
    }
}
