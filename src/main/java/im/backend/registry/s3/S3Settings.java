package im.backend.registry.s3;

import im.backend.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Set;

/**
 * One bucket and how to get in.
 *
 * @param endpoint scheme, host and port, without a path
 * @param prefix before every key: empty, or ending with a slash
 */
public record S3Settings(
        URI endpoint, String region, String bucket, String prefix, Login login, Addressing addressing, Limits limits) {

    /** Where a request names the bucket. */
    public enum Addressing {
        /** {@code https://host/bucket/key} */
        PATH,
        /** {@code https://bucket.host/key} */
        VIRTUAL_HOST
    }

    /**
     * @param partBytes above which an object is sent in parts of this size; S3 takes 5 MiB to 5 GiB
     * @param stallMax for one request beside the time that its bytes take at {@code bytesPerSecondMin}
     * @param attemptsMax of one request, the first one counted
     * @param pause before the second attempt; it doubles with each
     */
    public record Limits(
            long partBytes,
            Duration connectMax,
            Duration stallMax,
            long bytesPerSecondMin,
            int attemptsMax,
            Duration pause) {
        public static final Limits DEFAULT = new Limits(
                64L << 20, Duration.ofSeconds(5), Duration.ofSeconds(20), 256 * 1024, 4, Duration.ofMillis(200));

        Duration timeFor(long bytes) {
            return stallMax.plusSeconds(bytes / bytesPerSecondMin);
        }
    }

    /** The secret is never shown: not by toString either. */
    public record Login(String accessKey, String secretKey) {
        private static final Set<PosixFilePermission> OWNERS =
                Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

        /**
         * The secret is the file's content without blanks at its ends. Fails with Conflict {@code secret-key-file-unreadable}
         * or {@code secret-key-file-open} when others than the owner have rights to the file.
         */
        public static Login fromFile(String accessKey, Path file) {
            try {
                if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
                    throw new Problem.Conflict(
                                    "secret-key-file-open",
                                    "registry.s3.secret-key-file: " + file + " is open to others (expected: mode 0600)."
                                            + " Run: chmod 600 " + file)
                            .asException();
                }
                return new Login(accessKey, Files.readString(file).strip());
            } catch (IOException unreadable) {
                throw new Problem.Conflict(
                                "secret-key-file-unreadable",
                                "registry.s3.secret-key-file: " + file + " can not be read (expected: a file with the"
                                        + " secret key of registry.s3.access-key, owned by the server's user).")
                        .asException(unreadable);
            }
        }

        @Override
        public String toString() {
            return accessKey + ":***";
        }
    }

    /** For people. */
    String place() {
        return endpoint + "/" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }

    /** With the port only where it is not the scheme's own, as it stands in the Host header, which is signed. */
    String host() {
        int own = "https".equals(endpoint.getScheme()) ? 443 : 80;
        String host = addressing == Addressing.VIRTUAL_HOST ? bucket + "." + endpoint.getHost() : endpoint.getHost();
        return endpoint.getPort() < 0 || endpoint.getPort() == own ? host : host + ":" + endpoint.getPort();
    }

    /** Not encoded. */
    String path(String key) {
        return (addressing == Addressing.PATH ? "/" + bucket : "") + "/" + key;
    }
}
