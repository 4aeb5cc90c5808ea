package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.build.BuiltImage;
import im.backend.build.ReleaseImage;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.ProgramExit;
import im.backend.host.limit.Limits;
import im.backend.host.toolchain.Toolchain;
import im.backend.sbom.PackageUrl;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;

/** Apps with packages from the real registries, built by the real tools of this host, and then run. */
abstract class RealBuildsKit extends HostBuildsKit {
    private static final List<String> PASSED = List.of(
            "SSL_CERT_*",
            "NODE_EXTRA_CA_CERTS",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "PIP_*",
            "UV_*",
            "npm_config_*",
            "GOPROXY",
            "GOSUMDB",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "MAVEN_*");

    @Override
    List<String> passedNames() {
        return PASSED;
    }

    final List<String> run(ReleaseImage image, String... arguments) throws InterruptedException {
        Toolchain toolchain = toolchains.resolve(image.start().runtime());
        List<Bind> binds = new ArrayList<>(toolchain.binds());
        image.mounts().forEach(mount -> binds.add(Bind.readOnly(mount.folder(), mount.path())));
        Map<String, String> seen = new TreeMap<>(image.start().environment());
        List<String> path = new ArrayList<>(List.of(seen.getOrDefault("PATH", "/usr/bin")));
        toolchain.programFolders().forEach(programs -> path.add(programs.toString()));
        path.addAll(List.of("/usr/bin", "/bin"));
        seen.put("PATH", String.join(":", path));
        seen.put("DATA_DIR", "/tmp");
        List<String> output = new ArrayList<>();
        Launch launch = new Launch(
                "run-" + UUID.randomUUID(),
                List.of(arguments),
                seen,
                "/app",
                binds,
                Limits.NONE,
                OptionalInt.of(ACCOUNT));
        ProgramExit exit = launcher.run(launch, Duration.ofSeconds(30), output::add);
        assertThat(exit.code()).as(String.join("\n", output)).isZero();
        return output;
    }

    static List<String> packages(JibImageBuilder builder, BuiltImage image) {
        return builder.sbom(image.digest()).orElseThrow().packages().stream()
                .map(PackageUrl::fullName)
                .toList();
    }

    final BuiltImage build(JibImageBuilder builder, InMemorySourceTree tree) {
        return build(builder, tree, AppManifest.defaults());
    }

    static InMemorySourceTree example(String name) {
        return InMemorySourceTree.ofFolder(Path.of("examples", name));
    }

    static String text(InMemorySourceTree tree, String path) {
        return new String(tree.read(path, 1 << 20).orElseThrow(), StandardCharsets.UTF_8);
    }
}
