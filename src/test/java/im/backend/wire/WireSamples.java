package im.backend.wire;

import com.fasterxml.jackson.databind.node.TextNode;
import im.backend.wire.account.LoginRequest;
import im.backend.wire.account.TicketReply;
import im.backend.wire.account.TokenReply;
import im.backend.wire.account.VerifyReply;
import im.backend.wire.app.LogLineBody;
import im.backend.wire.app.LogsReply;
import im.backend.wire.app.RunLine;
import im.backend.wire.app.RunRequest;
import im.backend.wire.app.ScaleReply;
import im.backend.wire.app.ScaleRequest;
import im.backend.wire.app.StateBody;
import im.backend.wire.deployment.ArchiveDeployRequest;
import im.backend.wire.deployment.BuildLogReply;
import im.backend.wire.deployment.DeployCommitRequest;
import im.backend.wire.deployment.DeployReply;
import im.backend.wire.deployment.DeployRequest;
import im.backend.wire.deployment.DeploymentBody;
import im.backend.wire.deployment.DeploymentReply;
import im.backend.wire.deployment.EventsReply;
import im.backend.wire.deployment.FailureBody;
import im.backend.wire.deployment.StatusMessage;
import im.backend.wire.deployment.StatusReply;
import im.backend.wire.project.CreateProjectRequest;
import im.backend.wire.project.EnvChangeRequest;
import im.backend.wire.project.EnvReply;
import im.backend.wire.project.ProjectBody;
import im.backend.wire.project.SecretBody;
import im.backend.wire.project.SecretChangeRequest;
import im.backend.wire.project.SecretValueRequest;
import im.backend.wire.project.SecretsReply;
import im.backend.wire.release.FindingBody;
import im.backend.wire.release.ReleaseBody;
import im.backend.wire.release.RollbackRequest;
import im.backend.wire.release.ScanReply;
import im.backend.wire.server.BackupReply;
import im.backend.wire.server.CollectReply;
import im.backend.wire.server.CollectRequest;
import im.backend.wire.server.HealthBody;
import im.backend.wire.server.ImageBaseBody;
import im.backend.wire.server.PullBaseRequest;
import im.backend.wire.server.RegistryUsageReply;
import im.backend.wire.server.RepositoryBody;
import im.backend.wire.server.ServerBody;
import im.backend.wire.source.CommitBody;
import im.backend.wire.source.FileBody;
import im.backend.wire.source.FileContent;
import im.backend.wire.source.FileReply;
import im.backend.wire.source.FilesReply;
import im.backend.wire.source.SaveFileRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One value of each wire record, as its golden file has it. */
final class WireSamples {
    private static final String ID = "550e8400-e29b-41d4-a716-446655440000";
    private static final String PROJECT = "admin-my-api";
    private static final String SHORT = "a1b2c3d4e5f6";
    private static final String COMMIT = "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0";
    private static final String URL = "http://my-api.localhost:8000";
    private static final String SOCKET = "ws://127.0.0.1:8080/ws?deploymentId=" + ID;
    private static final Instant AT = Instant.parse("2026-11-21T22:00:00.123Z");
    private static final DeploymentReply ACCEPTED = new DeploymentReply(ID, ID, PROJECT, SHORT, "queued", SOCKET);
    private static final FailureBody FAILURE = new FailureBody(
            "build-failed",
            "pip could not find fastapi==99.",
            "Correct the version in requirements.txt.",
            "building",
            List.of("ERROR: No matching distribution found for fastapi==99"));

    private WireSamples() {}

    static Stream<Object> requests() {
        return Stream.of(
                new LoginRequest("bim_0123456789"),
                new DeployRequest(
                        Map.of(
                                "main.py",
                                FileContent.ofText("print(1)"),
                                "logo.png",
                                new FileContent(
                                        "iVBORw==", Optional.of(FileContent.Encoding.BASE64), Optional.of(false))),
                        Optional.of(PROJECT),
                        Optional.of("my-api"),
                        Optional.of("admin"),
                        Optional.of("First")),
                new ArchiveDeployRequest(
                        "H4sIAAAA",
                        Optional.of(TextNode.valueOf("name: my-api\n")),
                        Optional.of("my-api"),
                        Optional.of("First")),
                new CreateProjectRequest("my-api"),
                new SaveFileRequest(
                        "print(2)",
                        Optional.of(FileContent.Encoding.UTF8),
                        Optional.of(false),
                        Optional.of(COMMIT),
                        Optional.of("Say two")),
                new DeployCommitRequest(Optional.of(COMMIT)),
                new RollbackRequest(Optional.of("v11")),
                new CollectRequest(Optional.of(true)),
                new PullBaseRequest("docker.io/library/python:3.12-slim"),
                new ScaleRequest(3),
                new RunRequest("python manage.py migrate"),
                new EnvChangeRequest(Map.of("MODE", "fast"), List.of("OLD"), Optional.of(false)),
                new SecretChangeRequest(Map.of("db_url", "postgresql://db"), List.of("old"), Optional.of(true)),
                new SecretValueRequest("postgresql://db", Optional.of(true)));
    }

    static Stream<Object> replies() {
        return Stream.of(
                new TokenReply("header.claims.signature", "Bearer", 900),
                new VerifyReply(true, "admin", "admin@localhost"),
                new DeployReply(ID, PROJECT, SHORT, "queued", SOCKET),
                ACCEPTED,
                FAILURE,
                new StatusMessage(
                        ID,
                        PROJECT,
                        SHORT,
                        "complete",
                        Optional.of(URL),
                        List.of("Deployment complete"),
                        9,
                        AT,
                        Optional.of("v12"),
                        Optional.empty()),
                new StatusReply(
                        ID, PROJECT, SHORT, "building", Optional.empty(), List.of("Building"), Optional.empty()),
                new EventsReply(
                        List.of(new StatusMessage(
                                ID,
                                PROJECT,
                                SHORT,
                                "failed",
                                Optional.empty(),
                                List.of("pip could not find fastapi==99."),
                                7,
                                AT,
                                Optional.empty(),
                                Optional.of(FAILURE))),
                        7,
                        true),
                new DeploymentBody(
                        ID,
                        PROJECT,
                        SHORT,
                        COMMIT,
                        "admin",
                        "upload",
                        "complete",
                        AT,
                        AT.plusSeconds(4),
                        9,
                        Optional.of("v12"),
                        Optional.of(URL),
                        Optional.empty()),
                new ReleaseBody(
                        PROJECT,
                        "v12",
                        true,
                        ID,
                        SHORT,
                        COMMIT,
                        "sha256:" + "0".repeat(64),
                        "python:3.12",
                        1,
                        "upload",
                        AT,
                        Map.of("db_url", 2)),
                new RepositoryBody("admin/my-api", 12),
                new RegistryUsageReply(3, 40, 52_000_000, Map.of("admin", 50_000_000L)),
                new BackupReply("/var/lib/backendim/backup/state.mv.db", 1_228_800),
                new CollectReply(true, 2, 9, 7, 12_000_000, 1, 0),
                new ImageBaseBody(
                        "docker.io/library/python:3.12-slim",
                        "base/docker.io/library/python",
                        "sha256:" + "0".repeat(64),
                        4,
                        42_000_000),
                new ScanReply(
                        PROJECT,
                        "v12",
                        "osv",
                        Optional.of(AT),
                        List.of("https://osv.example.com/all.zip could not be asked"),
                        14,
                        Map.of("medium", 1),
                        List.of(new FindingBody(
                                "medium",
                                "GHSA-h5c8-rqwp-cp95",
                                List.of("CVE-2024-22195"),
                                "pkg:pypi/jinja2@3.1.2",
                                "jinja2",
                                "3.1.2",
                                List.of("3.1.3"),
                                "HTML attribute injection",
                                Optional.of("no filter xmlattr")))),
                new ProblemBody(
                        "urn:backendim:problem:validation",
                        "The input is not allowed",
                        422,
                        "The project name is not allowed.",
                        "urn:backendim:request:0123456789abcdef",
                        "validation",
                        List.of(new ViolationBody("/name", "name: \"A\" (expected: lower case)")),
                        Optional.of("Choose a name such as my-api.")),
                new ViolationBody("/name", "name: \"A\" (expected: lower case)"),
                new ProjectBody(PROJECT, "my-api", "admin", AT, Optional.of("v12"), Optional.of(URL)),
                new StateBody(
                        PROJECT,
                        Optional.of("v12"),
                        List.of(URL),
                        List.of(new StateBody.UnsecuredBody("my-api.example.com", "the name leads nowhere")),
                        1,
                        List.of(new StateBody.InstanceBody(
                                "web", 0, "running", 0, Optional.of(40_000_000L), Optional.empty(), Optional.empty())),
                        List.of(new StateBody.CronBody(
                                "report",
                                "*/5 * * * *",
                                Optional.of(AT),
                                Optional.of(new StateBody.RunBody(AT, "ended", Optional.of(1), Optional.empty())))),
                        Optional.empty()),
                new ScaleReply(2, Optional.of(ACCEPTED)),
                new FileBody("main.py", 8, false),
                new FilesReply(PROJECT, COMMIT, List.of(new FileBody("main.py", 8, false))),
                new FileReply("main.py", COMMIT, "print(1)", FileContent.Encoding.UTF8, false),
                new CommitBody(COMMIT, SHORT, "admin", "First", AT),
                new RunLine(Optional.of("Applying 0001_initial"), Optional.empty()),
                new EnvReply(PROJECT, Map.of("MODE", "fast"), Optional.of(ACCEPTED)),
                new SecretBody("db_url", 2, "3f9a1c", AT),
                new SecretsReply(PROJECT, List.of(new SecretBody("db_url", 2, "3f9a1c", AT)), Optional.empty()),
                new LogLineBody(17, AT, "web", 0, "v12", "Uvicorn running"),
                new LogsReply(List.of(new LogLineBody(17, AT, "web", 0, "v12", "Uvicorn running")), 17),
                new BuildLogReply(ID, "complete", List.of("Detected python")),
                new TicketReply("t_0123456789", AT),
                new HealthBody("ready", List.of(new ServerBody.Check("disk space", true, "9000 MiB free", ""))),
                new ServerBody(
                        "1.0.0",
                        "25.0.3",
                        "Linux amd64",
                        AT,
                        "local",
                        "http://*.localhost:8000",
                        List.of(new ServerBody.Check("python", true, "python3 3.11.2", "")),
                        Map.of("uploadBytesMax", "104857600")));
    }
}
