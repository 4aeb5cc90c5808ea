package im.backend.scan.osv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import im.backend.problem.ProblemException;
import im.backend.sbom.PackageUrl;
import im.backend.sbom.Sbom;
import im.backend.scan.ScanReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Advisories from an address, with a network that comes and goes. */
class AdvisoryDownloadTest {
    private static final Sbom OLD_JINJA = Sbom.of("app", List.of(PackageUrl.python("jinja2", "3.1.2")));

    @TempDir
    private Path folder;

    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        Path archive = folder.resolve("all.zip");
        AdvisorySamples.zip(archive, List.of(AdvisorySamples.JINJA));
        byte[] content = Files.readAllBytes(archive);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/all.zip", exchange -> {
            String tag = exchange.getRequestHeaders().getFirst("If-None-Match");
            asked.add(tag == null ? "whole" : "changed since " + tag);
            exchange.getResponseHeaders().set("ETag", "\"one\"");
            if (status == 200 && "\"one\"".equals(tag)) {
                exchange.sendResponseHeaders(304, -1);
            } else if (status == 200) {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            } else {
                exchange.sendResponseHeaders(status, -1);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aSourceIsFetchedOnceAndThenOnlyAskedWhetherItHasChanged() {
        OsvScanner scanner = scanner(Clock.systemUTC());
        assertThat(scanner.scan(OLD_JINJA).findings()).hasSize(1);
        assertThat(scanner.scan(OLD_JINJA).findings()).hasSize(1);
        assertThat(asked).containsExactly("whole");

        ScanReport tomorrow =
                scanner(Clock.offset(Clock.systemUTC(), Duration.ofDays(1))).scan(OLD_JINJA);

        assertThat(tomorrow.findings()).hasSize(1);
        assertThat(tomorrow.notes()).isEmpty();
        assertThat(asked).containsExactly("whole", "changed since \"one\"");
    }

    @Test
    void withoutTheNetworkTheCopyIsUsedAndItsAgeIsTold() {
        scanner(Clock.systemUTC()).scan(OLD_JINJA);
        status = 503;
        OsvScanner later = scanner(Clock.offset(Clock.systemUTC(), Duration.ofDays(3)));

        ScanReport report = later.scan(OLD_JINJA);
        later.scan(OLD_JINJA);

        assertThat(report.findings()).hasSize(1);
        assertThat(report.notes()).singleElement().asString().contains("(answer 503)", "3 days old");
        assertThat(asked).as("a source that does not answer is left in peace").hasSize(2);
    }

    @Test
    void withoutTheNetworkAndWithoutACopyTheReasonIsTold() {
        status = 404;

        assertThatThrownBy(() -> scanner(Clock.systemUTC()).scan(OLD_JINJA))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("advisories-unavailable")
                .hasMessageContaining("answer 404")
                .hasMessageContaining("scan.source");
    }

    @Test
    void anAddressWhereNobodyListensIsNamed() {
        server.stop(0);

        assertThatThrownBy(() -> scanner(Clock.systemUTC()).scan(OLD_JINJA))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining(address().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.com/all.zip", "ftp://example.com/all.zip", "file:///etc/passwd"})
    void onlyHttpsLeavesThisMachine(String text) {
        assertThatThrownBy(() -> AdvisorySource.parse(text)).hasMessageContaining("expected: https");
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/all.zip");
    }

    private OsvScanner scanner(Clock clock) {
        return new OsvScanner(
                new OsvSettings(
                        folder.resolve("cache"),
                        List.of(AdvisorySource.parse(address().toString())),
                        Duration.ofHours(6)),
                clock);
    }
}
