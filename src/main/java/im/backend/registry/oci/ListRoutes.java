package im.backend.registry.oci;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.registry.ImageRegistry;
import im.backend.registry.Referrer;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import im.backend.registry.oci.Gate.Visitor;
import io.helidon.http.HeaderNames;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What there is: tags, referrers and repositories, a page at a time. */
record ListRoutes(ImageRegistry registry, int pageMax) {
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";

    void tags(Exchange exchange, RepositoryName repository) {
        List<String> tags = registry.tags(repository).stream().map(Tag::value).toList();
        exchange.json(200, Map.of("name", repository.value(), "tags", page(exchange, tags, "tags/list", repository)));
    }

    /** Only what the visitor may see; one who sees nothing gets an empty list. */
    void catalog(Exchange exchange, Visitor visitor) {
        String after = exchange.query("last").orElse("");
        List<String> names = registry.repositories().stream()
                .filter(visitor::sees)
                .map(RepositoryName::value)
                .filter(name -> name.compareTo(after) > 0)
                .limit(pageSize(exchange) + 1L)
                .toList();
        exchange.json(200, Map.of("repositories", cut(exchange, names, "/v2/_catalog", "")));
    }

    void referrers(Exchange exchange, RepositoryName repository, Digest subject) {
        Optional<String> type = exchange.query("artifactType").filter(wanted -> !wanted.isEmpty());
        Map<String, Referrer> found = new TreeMap<>();
        for (Referrer referrer : registry.referrers(repository, subject)) {
            if (type.isEmpty() || referrer.artifactType().equals(type)) {
                found.put(referrer.digest().value(), referrer);
            }
        }
        type.ifPresent(_ -> exchange.with("OCI-Filters-Applied", "artifactType"));
        String after = exchange.query("last").orElse("");
        List<String> digests = found.keySet().stream()
                .filter(digest -> digest.compareTo(after) > 0)
                .limit(pageSize(exchange) + 1L)
                .toList();
        String filter = type.map(wanted -> "&artifactType=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8))
                .orElse("");
        List<String> shown = cut(exchange, digests, "/v2/" + repository + "/referrers/" + subject, filter);
        exchange.json(
                200,
                INDEX,
                Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        INDEX,
                        "manifests",
                        shown.stream()
                                .map(found::get)
                                .map(ListRoutes::descriptor)
                                .toList()));
    }

    private static Map<String, Object> descriptor(Referrer referrer) {
        Map<String, Object> descriptor = new TreeMap<>();
        descriptor.put("mediaType", referrer.mediaType());
        descriptor.put("digest", referrer.digest().value());
        descriptor.put("size", referrer.sizeBytes());
        referrer.artifactType().ifPresent(type -> descriptor.put("artifactType", type));
        if (!referrer.annotations().isEmpty()) {
            descriptor.put("annotations", referrer.annotations());
        }
        return descriptor;
    }

    private List<String> page(Exchange exchange, List<String> sorted, String list, RepositoryName repository) {
        String after = exchange.query("last").orElse("");
        List<String> rest =
                sorted.stream().filter(name -> name.compareTo(after) > 0).toList();
        return cut(exchange, rest, "/v2/" + repository + "/" + list, "");
    }

    /** The first of them; when more follow, the link says where. */
    private List<String> cut(Exchange exchange, List<String> rest, String path, String filter) {
        int size = pageSize(exchange);
        if (rest.size() <= size || size == 0) {
            return rest.subList(0, Math.min(size, rest.size()));
        }
        List<String> shown = rest.subList(0, size);
        String last = URLEncoder.encode(shown.getLast(), StandardCharsets.UTF_8);
        exchange.with(HeaderNames.LINK, "<" + path + "?n=" + size + "&last=" + last + filter + ">; rel=\"next\"");
        return shown;
    }

    /** As asked for, and never more than there is a limit for. */
    private int pageSize(Exchange exchange) {
        String asked = exchange.query("n").orElse(String.valueOf(pageMax));
        if (!asked.matches("[0-9]{1,18}")) {
            throw new Problem.Malformed("unsupported", "n (expected: a number of entries, 0 or more).").asException();
        }
        return (int) Math.min(Long.parseLong(asked), pageMax);
    }
}
