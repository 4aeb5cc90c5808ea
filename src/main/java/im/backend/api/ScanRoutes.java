package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.deploy.Scans;
import im.backend.domain.ReleaseVersion;
import im.backend.project.Projects;
import im.backend.sbom.Sbom;
import im.backend.scan.Finding;
import im.backend.scan.ScanReport;
import im.backend.scan.Severity;
import im.backend.wire.release.FindingBody;
import im.backend.wire.release.ScanReply;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a release is made of, and what is known to be wrong with it. */
final class ScanRoutes {
    private static final String RELEASE = "/v1/projects/{project}/releases/{version}";

    private final Scans scans;
    private final Projects projects;

    ScanRoutes(Scans scans, Projects projects) {
        this.scans = scans;
        this.projects = projects;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get(RELEASE + "/scan", Access.USER, "Known faults of a release's packages, as of now")
                        .replies(200, ScanReply.class, this::scan),
                ApiRoute.get(RELEASE + "/sbom", Access.USER, "A release's bill of materials (CycloneDX 1.6)")
                        .replies(new ApiRoute.Reply.Document(Sbom.MEDIA_TYPE), this::sbom));
    }

    private Answer scan(Call call) {
        ReleaseVersion version = ReleaseVersion.parse(call.path("version"));
        String project = projects.find(call.caller(), call.project()).id().value();
        return Answer.of(body(project, version, scans.scan(call.caller(), call.project(), version)));
    }

    private static ScanReply body(String project, ReleaseVersion version, ScanReport report) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Arrays.asList(Severity.values())
                .reversed()
                .forEach(severity ->
                        counts.put(severity.wireName(), report.counts().getOrDefault(severity, 0)));
        return new ScanReply(
                project,
                version.toString(),
                report.scanner(),
                report.advisoriesAt(),
                report.notes(),
                report.packages(),
                counts,
                report.findings().stream().map(ScanRoutes::body).toList());
    }

    private static FindingBody body(Finding finding) {
        return new FindingBody(
                finding.severity().wireName(),
                finding.id(),
                finding.aliases(),
                finding.subject().toString(),
                finding.subject().fullName(),
                finding.subject().version(),
                finding.fixedIn(),
                finding.title(),
                finding.ignored());
    }

    private Answer sbom(Call call) {
        Sbom sbom = scans.sbom(call.caller(), call.project(), ReleaseVersion.parse(call.path("version")));
        return new Answer.Document(200, Sbom.MEDIA_TYPE, sbom.json());
    }
}
