package im.backend.build.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.build.BuildListener;
import im.backend.build.ImageDestination;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ImageRegistry;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A registry that the operator has already, as a destination: a blob that it has is not sent again, and one that another of
 * our repositories there has is taken from it.
 */
public final class ExternalRegistry implements ImageDestination {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** What is remembered only saves requests; a base and its packages are some ten layers. */
    private static final int REMEMBERED_MAX = 10_000;

    private final RemoteSettings settings;
    private final ImageRegistry registry;
    private final RemoteRegistry remote;
    private final String prefix;
    /** A repository there that has the blob, as far as we have put it there. */
    private final Map<Digest, String> repositories = new ConcurrentHashMap<>();

    /** @param settings its url may have a path, which is put before each repository */
    public ExternalRegistry(RemoteSettings settings, ImageRegistry registry) {
        this.settings = settings;
        this.registry = registry;
        String path = settings.url().getPath() == null ? "" : settings.url().getPath();
        this.prefix = path.replaceFirst("^/", "").replaceFirst("(?<=[^/])/*$", "/");
        this.remote = new RemoteRegistry(
                new RemoteSettings(settings.url().resolve("/"), settings.login(), settings.stallMax()));
    }

    @Override
    public void send(ProjectId project, Digest image, List<String> tags, BuildListener listener) {
        RepositoryName here = RepositoryName.of(project);
        String there = prefix + here;
        StoredManifest manifest = registry.find(here, new Reference.ByDigest(image))
                .orElseThrow(() -> new IllegalStateException("image " + image + " is not in " + here));
        try {
            long sentBytes = 0;
            for (Digest blob : blobs(manifest)) {
                sentBytes += sendBlob(there, blob);
            }
            for (String tag : tags) {
                remote.putManifest(there, tag, manifest.mediaType(), body(manifest.content()));
            }
            listener.line("pushed to " + settings.url().getAuthority() + "/" + there + ":" + String.join(",", tags)
                    + ", " + sentBytes / 1024 + " KiB sent");
        } catch (IOException failed) {
            throw failed(there, String.valueOf(failed.getMessage()), failed);
        } catch (ProblemException refused) {
            throw failed(there, refused.problem().detail(), refused);
        }
    }

    private long sendBlob(String there, Digest blob) throws IOException {
        if (there.equals(repositories.get(blob)) || remote.hasBlob(there, blob)) {
            return 0;
        }
        long size = registry.blobs().size(blob).orElseThrow(() -> new IOException("blob " + blob + " is gone here"));
        long sent = remote.putBlob(there, blob, Optional.ofNullable(repositories.get(blob)), new RemoteRegistry.Body() {
            @Override
            public long sizeBytes() {
                return size;
            }

            @Override
            public InputStream open() {
                return Channels.newInputStream(registry.blobs().open(blob));
            }
        });
        if (repositories.size() >= REMEMBERED_MAX) {
            repositories.clear();
        }
        repositories.put(blob, there);
        return sent;
    }

    private static List<Digest> blobs(StoredManifest manifest) throws IOException {
        JsonNode json = JSON.readTree(manifest.content());
        List<Digest> blobs = new ArrayList<>();
        json.path("layers")
                .forEach(layer -> blobs.add(new Digest(layer.path("digest").asText())));
        blobs.add(new Digest(json.path("config").path("digest").asText()));
        return blobs;
    }

    private static RemoteRegistry.Body body(byte[] content) {
        return new RemoteRegistry.Body() {
            @Override
            public long sizeBytes() {
                return content.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(content);
            }
        };
    }

    private RuntimeException failed(String there, String reason, Exception cause) {
        return new Problem.StageFailed(
                        "push-failed",
                        "Could not push to " + settings.url().getAuthority() + "/" + there + ": " + reason,
                        "See that the registry answers and that registry.username may push there, and deploy again.",
                        List.of())
                .asException(cause);
    }
}
