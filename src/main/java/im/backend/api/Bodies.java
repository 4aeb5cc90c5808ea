package im.backend.api;

import im.backend.api.http.Call;
import im.backend.api.progress.StatusMessages;
import im.backend.domain.Deployment;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.orchestrator.LogLine;
import im.backend.secret.SecretInfo;
import im.backend.source.Commit;
import im.backend.wire.app.LogLineBody;
import im.backend.wire.deployment.DeployReply;
import im.backend.wire.deployment.DeploymentBody;
import im.backend.wire.deployment.DeploymentReply;
import im.backend.wire.project.SecretBody;
import im.backend.wire.release.ReleaseBody;
import im.backend.wire.source.CommitBody;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The domain as the contract writes it. */
final class Bodies {
    private Bodies() {}

    static DeployReply deployReply(Call call, Deployment deployment) {
        return new DeployReply(
                deployment.id().toString(),
                deployment.project().toString(),
                deployment.commit().shortForm(),
                deployment.status().wireName(),
                socket(call, deployment));
    }

    static DeploymentReply accepted(Call call, Deployment deployment) {
        return new DeploymentReply(
                deployment.id().toString(),
                deployment.id().toString(),
                deployment.project().toString(),
                deployment.commit().shortForm(),
                deployment.status().wireName(),
                socket(call, deployment));
    }

    private static String socket(Call call, Deployment deployment) {
        return (call.secure() ? "wss://" : "ws://") + call.authority() + "/ws?deploymentId=" + deployment.id();
    }

    static DeploymentBody deployment(Deployment deployment) {
        return new DeploymentBody(
                deployment.id().toString(),
                deployment.project().toString(),
                deployment.commit().shortForm(),
                deployment.commit().value(),
                deployment.by().value(),
                origin(deployment.origin()),
                deployment.status().wireName(),
                deployment.createdAt(),
                deployment.updatedAt(),
                deployment.lastSequence(),
                deployment.version().map(ReleaseVersion::toString),
                deployment.url().map(URI::toString),
                deployment.failure().map(StatusMessages::failure));
    }

    static ReleaseBody release(Release release, boolean live) {
        Map<String, Integer> secrets = release.secretVersions().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().value(), Map.Entry::getValue));
        return new ReleaseBody(
                release.project().toString(),
                release.version().toString(),
                live,
                release.deployment().toString(),
                release.commit().shortForm(),
                release.commit().value(),
                release.image().toString(),
                release.manifest().runtime().map(Object::toString).orElse("detected"),
                release.manifest().scaling().min(),
                origin(release.origin()),
                release.createdAt(),
                secrets);
    }

    static String origin(Deployment.Origin origin) {
        return origin.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static SecretBody secret(SecretInfo info) {
        return new SecretBody(info.name().value(), info.version(), info.fingerprint(), info.updatedAt());
    }

    static CommitBody commit(Commit commit) {
        return new CommitBody(
                commit.hash().value(), commit.hash().shortForm(), commit.author(), commit.message(), commit.at());
    }

    static LogLineBody line(LogLine line) {
        return new LogLineBody(line.position(), line.at(), line.process(), line.ordinal(), line.release(), line.text());
    }
}
