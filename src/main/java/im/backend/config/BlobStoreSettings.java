package im.backend.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The part of {@link Settings} that says where the registry's blobs are kept. */
final class BlobStoreSettings {
    static final Setting<Optional<URI>> ENDPOINT = new Setting<>(
            "registry.s3.endpoint",
            Kind.orNothing(Kind.S3_ENDPOINT),
            "",
            "An S3 store that keeps the registry's blobs, manifests and tags; the disk then holds copies. See"
                    + " [growing.md](growing.md).");
    static final Setting<String> REGION =
            new Setting<>("registry.s3.region", Kind.S3_REGION, "us-east-1", "Region that requests are signed for.");
    static final Setting<Optional<String>> BUCKET =
            new Setting<>("registry.s3.bucket", Kind.orNothing(Kind.S3_BUCKET), "", "Bucket, which must be there.");
    static final Setting<Optional<String>> PREFIX = new Setting<>(
            "registry.s3.prefix",
            Kind.orNothing(Kind.S3_PREFIX),
            "",
            "Stands before every key, with a slash between. No two servers may have the same bucket and prefix.");
    static final Setting<Optional<String>> ACCESS_KEY = new Setting<>(
            "registry.s3.access-key",
            Kind.orNothing(Kind.ACCOUNT),
            "",
            "Who signs; must be let read, write, delete and list below the prefix.");
    static final Setting<Optional<Path>> SECRET_KEY_FILE = new Setting<>(
            "registry.s3.secret-key-file",
            Kind.orNothing(Kind.PATH),
            "",
            "File with the secret key, mode 0600, read at each start.");
    static final Setting<ServerConfig.S3Addressing> PATH_STYLE = new Setting<>(
            "registry.s3.path-style",
            Kind.S3_ADDRESSING,
            "true",
            "`true` asks `https://host/bucket/key`, `false` asks `https://bucket.host/key`.");
    static final Setting<Long> CACHE = new Setting<>(
            "registry.s3.cache",
            Kind.size(64, 1L << 22),
            "10Gi",
            "Copies of blobs on the disk; what was read the longest ago goes first.");

    static final List<Setting<?>> ALL =
            List.of(ENDPOINT, REGION, BUCKET, PREFIX, ACCESS_KEY, SECRET_KEY_FILE, PATH_STYLE, CACHE);

    private BlobStoreSettings() {}
}
