package im.backend.build.remote;

import im.backend.build.ImageReference;
import im.backend.build.base.ImageOrigin;
import im.backend.build.base.Upstream;
import im.backend.domain.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The registries that base images are pulled from: a host's mirror where one is set, else the host itself. */
public final class Mirrors implements Upstream {
    private static final String DOCKER_HUB_API = "https://registry-1.docker.io";

    private final Map<String, URI> mirrors;
    private final Optional<RemoteSettings> known;
    private final Duration stallMax;

    /**
     * @param mirrors by the host of references, as {@code docker.io}
     * @param known a registry that this server has a login for
     */
    public Mirrors(Map<String, URI> mirrors, Optional<RemoteSettings> known, Duration stallMax) {
        this.mirrors = Map.copyOf(mirrors);
        this.known = known;
        this.stallMax = stallMax;
    }

    @Override
    public ImageOrigin of(ImageReference reference) {
        URI url = mirrors.getOrDefault(reference.host(), own(reference.host()));
        RemoteSettings settings = known.filter(one -> authority(one.url()).equals(authority(url)))
                .orElse(new RemoteSettings(url, Optional.empty(), stallMax));
        RemoteRegistry registry = new RemoteRegistry(new RemoteSettings(url, settings.login(), stallMax));
        return new ImageOrigin() {
            @Override
            public Document root() throws IOException {
                return document(registry.manifest(
                        reference.repository(),
                        reference.digest().map(Digest::toString).orElse(reference.tag())));
            }

            @Override
            public Document manifest(Digest digest) throws IOException {
                return document(registry.manifest(reference.repository(), digest.toString()));
            }

            @Override
            public InputStream blob(Digest digest) throws IOException {
                return registry.blob(reference.repository(), digest);
            }
        };
    }

    /** Plain HTTP only on this machine. */
    private static URI own(String host) {
        if (host.equals(ImageReference.DOCKER_HUB)) {
            return URI.create(DOCKER_HUB_API);
        }
        boolean here = host.startsWith("127.") || host.equals("localhost") || host.startsWith("localhost:");
        return URI.create((here ? "http://" : "https://") + host);
    }

    private static String authority(URI url) {
        return url.getScheme() + "://" + url.getAuthority();
    }

    private static ImageOrigin.Document document(RemoteRegistry.Manifest manifest) {
        return new ImageOrigin.Document(manifest.mediaType(), manifest.content());
    }
}
