package im.backend.build.jib;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.Port;
import com.google.cloud.tools.jib.image.Image;
import com.google.cloud.tools.jib.image.LayerPropertyNotFoundException;
import com.google.cloud.tools.jib.image.json.HistoryEntry;
import com.google.cloud.tools.jib.image.json.ImageToJsonTranslator;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import im.backend.build.BuildRequest;
import im.backend.build.Platform;
import im.backend.build.jib.layer.Layers;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.StartPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The OCI configuration of an image: with it the image runs as it is in any container engine, as a user without rights. All
 * of it comes from the commit and the base, so that the same source gives the same digest wherever and whenever.
 *
 * @param layers all, from the lowest up
 */
record ImageConfiguration(
        BuildRequest request, ImageLabels labels, Optional<StoredBase> base, List<LayerDescriptor> layers) {
    static final String CREATED = "org.opencontainers.image.created";

    static final String SOURCE = "org.opencontainers.image.source";
    private static final int CONTAINER_PORT = 8080;
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    ImageConfiguration {
        layers = List.copyOf(layers);
    }

    byte[] toJson() throws IOException {
        SortedMap<String, String> environment = environment();
        SortedMap<String, String> described =
                new TreeMap<>(base.map(StoredBase::labels).orElse(new TreeMap<>()));
        described.putAll(labels.toMap());
        described.putAll(annotations());
        described.put("im.backend.project", request.project().value());
        described.put("im.backend.tree", request.tree().treeHash());
        Platform platform = Platform.ofThisHost();
        Image.Builder image = Image.builder(OciManifestTemplate.class)
                .setCreated(request.tree().committedAt())
                .setArchitecture(platform.architecture())
                .setOs(platform.os())
                .addEnvironment(environment)
                .addExposedPorts(Set.of(Port.tcp(CONTAINER_PORT)))
                .addVolumes(volumes().stream().map(AbsoluteUnixPath::get).collect(Collectors.toSet()))
                .setWorkingDirectory(labels.start().folder())
                .setUser(Layers.USER + ":" + Layers.USER)
                .addLabels(described);
        Optional.ofNullable(labels.start().processes().get(StartPlan.WEB))
                .ifPresent(web -> image.setEntrypoint(entrypoint(web, environment)));
        addLayers(image);
        return JsonTemplateMapper.toByteArray(new ImageToJsonTranslator(image.build()).getContainerConfiguration());
    }

    /** Of the manifest, and labels of the configuration too: which one a tool shows depends on the tool. */
    SortedMap<String, String> annotations() {
        SortedMap<String, String> annotations = new TreeMap<>();
        annotations.put(CREATED, request.tree().committedAt().toString());
        annotations.put(
                "org.opencontainers.image.revision", request.tree().commit().value());
        annotations.put(
                "org.opencontainers.image.version", request.tree().commit().shortForm());
        annotations.put(SOURCE, source(request.project().value()));
        annotations.put(
                "org.opencontainers.image.title", request.project().name().value());
        base.ifPresent(below -> {
            annotations.put(
                    "org.opencontainers.image.base.name",
                    below.image().reference().toString());
            annotations.put(
                    "org.opencontainers.image.base.digest",
                    below.image().digest().value());
        });
        return annotations;
    }

    /** A name and no address: the server's own address is not part of the source, and may change. */
    static String source(String project) {
        return "urn:backendim:project:" + project;
    }

    /** Absolute, in the order that the manifest has. */
    List<String> volumes() {
        return volumes(request);
    }

    static List<String> volumes(BuildRequest request) {
        return request.manifest().volumes().stream().map(VolumeClaim::path).toList();
    }

    private SortedMap<String, String> environment() {
        SortedMap<String, String> environment =
                new TreeMap<>(base.map(StoredBase::environment).orElse(new TreeMap<>()));
        String path = environment.getOrDefault("PATH", SYSTEM_PATH);
        environment.putAll(labels.start().environment());
        String own = labels.start().environment().get("PATH");
        environment.put("PATH", own == null ? path : own + ":" + path);
        environment.put("PORT", Integer.toString(CONTAINER_PORT));
        environment.put("HOST", "0.0.0.0");
        environment.put("LANG", "C.UTF-8");
        environment.put("HOME", volumes().isEmpty() ? "/tmp" : volumes().getFirst());
        environment.put("PYTHONUNBUFFERED", "1");
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        if (!volumes().isEmpty()) {
            environment.put("DATA_DIR", volumes().getFirst());
        }
        return environment;
    }

    /** A program of the app by its full name: engines do not agree on what a relative one is relative to. */
    private static List<String> entrypoint(Command web, SortedMap<String, String> environment) {
        List<String> words = new ArrayList<>(web.resolve(environment));
        String program = words.getFirst();
        if (program.contains("/") && !program.startsWith("/")) {
            words.set(0, StartPlan.APP + "/" + program.replaceFirst("^(\\./)+", ""));
        }
        return words;
    }

    private void addLayers(Image.Builder image) throws IOException {
        for (String entry : base.map(StoredBase::history).orElse(List.of())) {
            image.addHistory(JsonTemplateMapper.readJson(entry, HistoryEntry.class));
        }
        int below = base.map(one -> one.layers().size()).orElse(0);
        boolean told = base.map(one -> !one.history().isEmpty() || one.layers().isEmpty())
                .orElse(true);
        try {
            for (int at = 0; at < layers.size(); at++) {
                image.addLayer(layers.get(at).toJib());
                if (told && at >= below) {
                    image.addHistory(HistoryEntry.builder()
                            .setCreationTimestamp(request.tree().committedAt())
                            .setCreatedBy("backendim")
                            .build());
                }
            }
        } catch (LayerPropertyNotFoundException haveAll) {
            throw new IllegalStateException(haveAll);
        }
    }
}
