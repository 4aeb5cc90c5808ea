package im.backend.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The bill of materials of an image as a CycloneDX 1.6 document. Nothing in it is random or of today: the same packages
 * in the same app give the same bytes, so it can be found by digest and be attached to an image that never changes.
 *
 * @param packages sorted, each once
 */
public record Sbom(String json, List<PackageUrl> packages) {
    public static final String MEDIA_TYPE = "application/vnd.cyclonedx+json";
    private static final JsonFactory JSON = new JsonFactory();
    /** Lines end the same on every machine. */
    private static final DefaultPrettyPrinter LAYOUT =
            new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

    public Sbom {
        packages = List.copyOf(packages);
    }

    /** @param app that the packages are part of; its version is the image's business, so that a change of it changes no bill */
    public static Sbom of(String app, Collection<PackageUrl> packages) {
        List<PackageUrl> sorted = packages.stream().distinct().sorted().toList();
        UUID serial = UUID.nameUUIDFromBytes((app + "\n" + sorted).getBytes(StandardCharsets.UTF_8));
        return new Sbom(write(app, sorted, serial), sorted);
    }

    /** Reads a document that {@link #of} or another tool has written; components without a package URL are left out. */
    public static Sbom parse(String json) throws IOException {
        List<PackageUrl> packages = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("bill of materials: not a JSON object");
            }
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME && parser.currentName().equals("purl")) {
                    parser.nextToken();
                    PackageUrl.parse(parser.getText()).ifPresent(packages::add);
                }
            }
        }
        return new Sbom(json, packages.stream().distinct().sorted().toList());
    }

    public byte[] bytes() {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String write(String app, List<PackageUrl> packages, UUID serial) {
        Writer text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.setPrettyPrinter(LAYOUT.createInstance());
            out.writeStartObject();
            out.writeStringField("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            out.writeStringField("bomFormat", "CycloneDX");
            out.writeStringField("specVersion", "1.6");
            out.writeStringField("serialNumber", "urn:uuid:" + serial);
            out.writeNumberField("version", 1);
            writeMetadata(out, app);
            out.writeArrayFieldStart("components");
            for (PackageUrl one : packages) {
                writeComponent(out, one);
            }
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
        return text + "\n";
    }

    private static void writeMetadata(JsonGenerator out, String app) throws IOException {
        out.writeObjectFieldStart("metadata");
        out.writeObjectFieldStart("tools");
        out.writeArrayFieldStart("components");
        out.writeStartObject();
        out.writeStringField("type", "application");
        out.writeStringField("name", "backendim");
        out.writeEndObject();
        out.writeEndArray();
        out.writeEndObject();
        out.writeObjectFieldStart("component");
        out.writeStringField("type", "application");
        out.writeStringField("bom-ref", "app");
        out.writeStringField("name", app);
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void writeComponent(JsonGenerator out, PackageUrl one) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "library");
        out.writeStringField("bom-ref", one.toString());
        if (!one.namespace().isEmpty()) {
            out.writeStringField("group", one.namespace());
        }
        out.writeStringField("name", one.name());
        out.writeStringField("version", one.version());
        out.writeStringField("purl", one.toString());
        out.writeEndObject();
    }
}
