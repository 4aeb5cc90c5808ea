package im.backend.cli.release;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandKit;
import im.backend.cli.CommandRun;
import org.junit.jupiter.api.Test;

/** What a release is made of and what is wrong with it, on the command line. */
class ScanCommandTest extends CommandKit {
    @Test
    void aScanIsATableWithItsCountsAndFailsOnDemandOnly() {
        stub.reply("GET /v1/projects/my-api", 200, "{\"id\":\"admin-my-api\",\"release\":\"v12\"}")
                .reply("GET /v1/projects/my-api/releases/v12/scan", 200, """
                    {"projectId":"admin-my-api","version":"v12","scanner":"osv","advisoriesAt":"2026-11-21T22:00:00Z","packages":14,
                     "notes":["a copy 3 days old was used"],
                     "counts":{"critical":0,"high":1,"medium":1,"low":0,"unknown":0},
                     "findings":[
                      {"severity":"high","id":"GHSA-1","name":"jinja2","version":"3.1.2","fixedIn":["3.1.3","4.0.1"],"title":"Attribute injection"},
                      {"severity":"medium","id":"GHSA-2","name":"h11","version":"0.9","fixedIn":[],"title":"T","ignored":"not reachable"}]}
                    """);

        CommandRun ran = run("scan");

        assertThat(ran.out()).isEqualTo("""
            SEVERITY  PACKAGE  VERSION  FIXED IN      ID      TITLE
            high      jinja2   3.1.2    3.1.3, 4.0.1  GHSA-1  Attribute injection
            medium    h11      0.9      -             GHSA-2  ignored: not reachable

            my-api v12: 14 packages, findings: 1 high, 1 medium
            """);
        assertThat(ran.err()).contains("a copy 3 days old was used", "Advisories of 2026-11-21T22:00:00Z");
        assertThat(ran.exit()).isZero();
        assertThat(run("scan", "my-api", "--release", "v12", "--fail-on", "high")
                        .exit())
                .isEqualTo(1);
        assertThat(run("scan", "--fail-on", "CRITICAL", "--json").exit()).isZero();
        assertThat(run("scan", "--fail-on", "awful").err()).contains("expected: critical, high, medium, low, unknown");
    }

    @Test
    void aBillOfMaterialsIsPassedOnAsItIs() throws Exception {
        String document = "{\n  \"bomFormat\" : \"CycloneDX\"\n}\n";
        stub.reply("GET /v1/projects/my-api", 200, "{\"id\":\"admin-my-api\"}")
                .reply("GET /v1/projects/my-api/releases", 200, "{\"items\":[{\"version\":\"v3\"}]}")
                .reply("GET /v1/projects/my-api/releases/v3/sbom", 200, document);

        assertThat(run("sbom").out()).isEqualTo(document);
        assertThat(stub.requests("GET /v1/projects/my-api/releases/v3/sbom")
                        .getFirst()
                        .headers())
                .as("the server sends it to those only who accept its type")
                .hasEntrySatisfying("accept", accepted -> assertThat(accepted).contains("*/*"));
    }

    @Test
    void aReleaseIsToldWithItsFindingsAndWithoutThemWhereThereAreNoAdvisories() {
        stub.reply("GET /v1/projects/my-api/releases/v12", 200, """
            {"version":"v12","live":true,"commit":"a1b2c3","image":"sha256:00","runtime":"python:3.12","replicas":1,"origin":"UPLOAD"}
            """)
                .reply("GET /v1/projects/my-api/releases/v12/scan", 200, "{\"packages\":14,\"counts\":{\"low\":2}}")
                .reply(
                        "GET /v1/projects/my-api/releases/v12/scan",
                        503,
                        "{\"code\":\"advisories-unavailable\",\"detail\":\"Name a folder in scan.source.\"}");

        assertThat(run("release", "info", "v12").out()).contains("findings", "2 low (14 packages)");
        assertThat(run("release", "info", "v12").out()).contains("not scanned: Name a folder in scan.source.");
    }
}
