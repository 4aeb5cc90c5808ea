package im.backend.orchestrator.kubernetes;

import com.google.gson.JsonObject;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.SecretValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * @param owner uid of this installation, written on everything that it makes
 * @param images under which name the nodes pull an image
 * @param login what they pull with; empty for a registry that asks nobody
 * @param ingressNamespace where the ingress controller runs, whose pods alone may reach the apps
 * @param storage where data is kept
 * @param stopGrace between TERM and the end by force, when nothing else is said
 * @param patience how long a namespace or a pod may take to go
 */
public record KubernetesSettings(
        String owner,
        Images images,
        Optional<PullLogin> login,
        String ingressNamespace,
        StorageSettings storage,
        Duration stopGrace,
        Duration patience) {
    /** The full name of an image as a node pulls it, as {@code 127.0.0.1:8080/admin/shop@sha256:...}. */
    @FunctionalInterface
    public interface Images {
        String reference(ProjectId project, Digest image);
    }

    /** @param registry host and port, as the images' names begin */
    public record PullLogin(String registry, String username, SecretValue password) {
        /** As a Secret of type {@code kubernetes.io/dockerconfigjson} has it. */
        public byte[] dockerConfig() {
            String pair = username + ":" + password.reveal();
            JsonObject entry = new JsonObject();
            entry.addProperty("auth", Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
            JsonObject registries = new JsonObject();
            registries.add(registry, entry);
            JsonObject config = new JsonObject();
            config.add("auths", registries);
            return config.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * @param storageClass empty for the cluster's default class
     * @param folder of this host, for volumes on a cluster without a default class; such a cluster has this host as its node
     */
    public record StorageSettings(Optional<String> storageClass, Path folder) {}
}
