package im.backend.server.facts;

import im.backend.config.ServerConfig;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The limits in force, in the words and the units in which they are set. */
record ServerLimits(ServerConfig config) {
    private static final long GIBIBYTE = 1L << 30;

    Map<String, String> byName() {
        Map<String, String> limits = new TreeMap<>();
        ServerConfig.Deploy deploy = config.deploy();
        limits.put("deploys at once", String.valueOf(deploy.concurrency()));
        limits.put("deploys waiting", String.valueOf(deploy.queueMax()));
        limits.put("deploy time", time(deploy.timeMax()));
        limits.put("releases kept", String.valueOf(deploy.keepReleases()));
        limits.put("build time", time(config.build().timeMax()));
        limits.put("build memory", size(config.build().memoryMaxBytes()));
        limits.put("build processes", String.valueOf(config.build().processesMax()));
        ServerConfig.Limits platform = config.limits();
        limits.put("deploys a minute and user", String.valueOf(platform.deploysPerMinute()));
        limits.put("requests a minute and token", String.valueOf(platform.requestsPerMinute()));
        limits.put("git requests a minute and user", String.valueOf(platform.gitRequestsPerMinute()));
        limits.put("wrong keys a minute and address", String.valueOf(platform.loginsPerMinute()));
        limits.put("upload", size(platform.uploadMaxBytes()));
        limits.put("upload expanded", size(platform.uploadExpandedMaxBytes()));
        limits.put("upload files", String.valueOf(platform.uploadFilesMax()));
        limits.put("free space", size(platform.freeSpaceMinBytes()));
        limits.put("connections", String.valueOf(platform.connections()));
        limits.put("connections of one address", String.valueOf(platform.connectionsPerAddress()));
        limits.put("requests at once", String.valueOf(platform.requestsAtOnce()));
        limits.put("progress streams of one user", String.valueOf(platform.socketsPerUser()));
        ServerConfig.Registry registry = config.registry();
        limits.put("image blob", size(registry.blobMaxBytes()));
        limits.put("image manifest", size(registry.manifestMaxBytes()));
        limits.put("images of one project", size(registry.quotaBytes()));
        limits.put("image uploads of one user", String.valueOf(registry.uploadsMax()));
        limits.put("image upload rests", time(registry.uploadTtl()));
        return limits;
    }

    private static String size(long bytes) {
        return bytes % GIBIBYTE == 0 ? bytes / GIBIBYTE + "Gi" : (bytes >> 20) + "Mi";
    }

    private static String time(Duration span) {
        return span.toSeconds() % 60 == 0 ? span.toMinutes() + "m" : span.toSeconds() + "s";
    }
}
