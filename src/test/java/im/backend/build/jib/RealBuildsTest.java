package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.build.BuildRequest;
import im.backend.build.BuiltImage;
import im.backend.build.FakeImageBases;
import im.backend.build.ReleaseImage;
import im.backend.build.detect.Detection;
import im.backend.build.host.HostSandbox;
import im.backend.build.host.HostSandboxSettings;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.StartPlan;
import im.backend.host.Bind;
import im.backend.host.HostSettings;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.ProgramExit;
import im.backend.host.limit.Limits;
import im.backend.host.toolchain.Toolchain;
import im.backend.host.toolchain.Toolchains;
import im.backend.manifest.ManifestReader;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import im.backend.sbom.PackageUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Apps with packages from the real registries, built by the real tools of this host, and then run. */
@Tag("slow")
class RealBuildsTest {
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
    private static final Limits LIMITS = new Limits(2L << 30, 0, 512, 4096);

    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();
    private String serverPath = System.getenv("PATH");
    private Launcher launcher;
    private Toolchains toolchains;

    /** A registry that has a bad day is easier to tell from a bug with the tool's own words. */
    @AfterEach
    void tell(TestReporter reporter) {
        if (!lines.isEmpty()) {
            reporter.publishEntry("build", String.join("\n", lines));
        }
    }

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher = new Launcher(HostSettings.in(folder.resolve("run")));
        launcher.start();
        toolchains = new Toolchains(folder.resolve("toolchains"));
    }

    @Test
    void fastapiWithPackagesFromPyPi() throws Exception {
        InMemorySourceTree tree = example("fastapi-users");
        JibImageBuilder builder = builder("here");
        BuiltImage first = build(builder, tree);
        assertThat(lines).anyMatch(line -> line.startsWith("found requirements.txt with fastapi"));
        lines.clear();

        BuiltImage second = build(builder, tree.with("main.py", text(tree, "main.py") + "\n# changed\n"));

        assertThat(lines)
                .contains("python packages: unchanged, taken from the cache")
                .hasSize(3);
        assertThat(second.layers()).extracting(BuiltImage.Layer::reused).containsExactly(true, false);
        ReleaseImage image = builder.open(first.digest());
        assertThat(image.mounts().get(1).folder().resolve("bin/uvicorn"))
                .content()
                .startsWith("#!/usr/bin/env python3\n");
        assertThat(run(image, "python3", "-c", "import main, sqlalchemy; print('title', main.app.title)"))
                .contains("title Users");
        assertThat(run(image, "uvicorn", "--version")).anyMatch(line -> line.startsWith("Running uvicorn"));
        assertThat(packages(builder, second))
                .contains("fastapi", "pydantic-core", "sqlalchemy", "starlette", "uvicorn");
        assertThat(builder.sbom(second.digest())).isEqualTo(builder.sbom(first.digest()));
        assertThat(build(builder("elsewhere"), tree).digest()).isEqualTo(first.digest());
    }

    @Test
    void uvInstallsThePackagesWhereTheHostHasIt() throws Exception {
        Path uv = Path.of(System.getProperty("uv.folder", "/usr/local/bin"));
        assumeThat(uv.resolve("uv")).as("uv is installed").exists();
        serverPath = uv + ":" + serverPath;
        InMemorySourceTree tree = InMemorySourceTree.of(
                "main.py",
                "import h11; print('h11', h11.__version__)",
                "requirements.txt",
                "h11==0.16.0\nuvicorn==0.54.0\n");
        JibImageBuilder builder = builder("here");

        ReleaseImage image = builder.open(build(builder, tree).digest());

        assertThat(run(image, "python3", "main.py")).contains("h11 0.16.0");
        assertThat(run(image, "uvicorn", "--version")).anyMatch(line -> line.startsWith("Running uvicorn"));
    }

    @Test
    void expressWithPackagesFromNpm() throws Exception {
        InMemorySourceTree tree = example("node-express");
        JibImageBuilder builder = builder("here");

        BuiltImage first = build(builder, tree);

        ReleaseImage image = builder.open(first.digest());
        assertThat(run(image, "node", "-e", "import('./app.js').then(m => console.log(typeof m.createApp()))"))
                .contains("function");
        lines.clear();
        build(builder, tree.with("app.js", text(tree, "app.js") + "\n// changed\n"));
        assertThat(lines)
                .contains("node packages: unchanged, taken from the cache")
                .hasSize(3);
        assertThat(packages(builder, first)).contains("express", "accepts", "ms");
        assertThat(build(builder("elsewhere"), tree).digest()).isEqualTo(first.digest());
    }

    @Test
    void aNodeBuildScriptSeesDevelopmentPackagesAndTheImageDoesNotHoldThem() throws Exception {
        InMemorySourceTree tree = InMemorySourceTree.of("package.json", """
            {"name": "shop", "version": "1.0.0", "main": "dist/index.js",
             "scripts": {"build": "node build.js", "prepare": "husky"},
             "dependencies": {"ms": "2.1.3"}, "devDependencies": {"semver": "7.7.1"}}
            """, "build.js", """
            const fs = require('fs');
            fs.mkdirSync('dist');
            fs.writeFileSync('dist/index.js', `console.log('${require('semver').inc('1.0.0', 'minor')}', require('ms')('1s'))`);
            """);
        JibImageBuilder builder = builder("here");

        ReleaseImage image = builder.open(build(builder, tree).digest());

        assertThat(run(image, "node", "dist/index.js")).contains("1.1.0 1000");
        assertThat(image.mounts().get(1).folder().resolve("ms")).isDirectory();
        assertThat(image.mounts().get(1).folder().resolve("semver")).doesNotExist();
    }

    @Test
    void pnpmAndYarnLockFilesAreInstalledByTheirOwnTools() throws Exception {
        String description = "{\"name\": \"shop\", \"version\": \"1.0.0\", \"dependencies\": {\"ms\": \"2.1.3\"}}";
        InMemorySourceTree app =
                InMemorySourceTree.of("package.json", description, "index.js", "console.log(require('ms')('2s'))");
        JibImageBuilder builder = builder("here");

        ReleaseImage pnpm =
                builder.open(build(builder, app.with("pnpm-lock.yaml", """
                    lockfileVersion: '9.0'

                    settings:
                      autoInstallPeers: true
                      excludeLinksFromLockfile: false

                    importers:

                      .:
                        dependencies:
                          ms:
                            specifier: 2.1.3
                            version: 2.1.3

                    packages:

                      ms@2.1.3:
                        resolution: {integrity: sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==}

                    snapshots:

                      ms@2.1.3: {}
                    """)).digest());
        ReleaseImage yarn =
                builder.open(build(builder, app.with("yarn.lock", """
                    # yarn lockfile v1


                    ms@2.1.3:
                      version "2.1.3"
                      integrity sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==
                    """)).digest());

        assertThat(run(pnpm, "node", "index.js")).contains("2000");
        assertThat(run(yarn, "node", "index.js")).contains("2000");
    }

    @Test
    void yarnFourInstallsForTheBuildAndForTheImage() throws Exception {
        InMemorySourceTree app = InMemorySourceTree.of(
                "package.json",
                """
                {"name": "shop", "version": "1.0.0", "packageManager": "yarn@4.5.0", "private": true,
                 "dependencies": {"ms": "2.1.3"}, "devDependencies": {"wrappy": "1.0.2"},
                 "scripts": {"build": "node build.js", "start": "node index.js"}}
                """,
                "build.js",
                "require('wrappy'); require('fs').writeFileSync('index.js', 'console.log(require(\"ms\")(\"2s\"))')",
                ".yarnrc.yml",
                "yarnPath: .yarn/releases/yarn-4.5.0.cjs\nnodeLinker: node-modules\n",
                "yarn.lock",
                """
                # This file is generated by running "yarn install" inside your project.

                __metadata:
                  version: 8
                  cacheKey: 10c0

                "ms@npm:2.1.3":
                  version: 2.1.3
                  resolution: "ms@npm:2.1.3"
                  checksum: 10c0/d924b57e7312b3b63ad21fc5b3dc0af5e78d61a1fc7cfb5457edaf26326bf62be5307cc87ffb6862ef1c2b33b0233cdb5d4f01c4c958cc0d660948b65a287a48
                  languageName: node
                  linkType: hard

                "shop@workspace:.":
                  version: 0.0.0-use.local
                  resolution: "shop@workspace:."
                  dependencies:
                    ms: "npm:2.1.3"
                    wrappy: "npm:1.0.2"
                  languageName: unknown
                  linkType: soft

                "wrappy@npm:1.0.2":
                  version: 1.0.2
                  resolution: "wrappy@npm:1.0.2"
                  checksum: 10c0/56fece1a4018c6a6c8e28fbc88c87e0fbf4ea8fd64fc6c63b18f4acc4bd13e0ad2515189786dd2c30d3eec9663d70f4ecf699330002f8ccb547e4a18231fc9f0
                  languageName: node
                  linkType: hard
                """);
        JibImageBuilder builder = builder("here");

        ReleaseImage image = builder.open(build(builder, app).digest());

        assertThat(run(image, "node", "index.js")).contains("2000");
        assertThat(image.mounts().get(1).folder().resolve("wrappy")).doesNotExist();
    }

    @Test
    void goWithAModule() throws Exception {
        InMemorySourceTree tree = example("go-http");
        JibImageBuilder builder = builder("here");
        BuiltImage first = build(builder, tree);
        lines.clear();

        BuiltImage second = build(builder, tree);

        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(lines).contains("build: unchanged, taken from the cache");
        Path binary = builder.open(first.digest()).mounts().getFirst().folder().resolve(".build/app");
        assertThat(Files.isExecutable(binary)).isTrue();
        assertThat(packages(builder, first)).contains("stdlib", "github.com/go-chi/chi/v5");
        assertThat(binary.toFile().length()).isGreaterThan(1 << 20);
    }

    @Test
    void mavenWithADependency() throws Exception {
        assumeThat(Files.exists(Path.of("/usr/bin/mvn")))
                .as("Maven is installed")
                .isTrue();
        InMemorySourceTree tree = InMemorySourceTree.of("pom.xml", """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>com.example</groupId><artifactId>shop</artifactId><version>1</version>
              <properties>
                <maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencies>
                <dependency><groupId>org.jspecify</groupId><artifactId>jspecify</artifactId><version>1.0.0</version></dependency>
              </dependencies>
              <build><plugins><plugin>
                <groupId>org.apache.maven.plugins</groupId><artifactId>maven-jar-plugin</artifactId>
                <configuration><archive><manifest><mainClass>com.example.Main</mainClass></manifest></archive></configuration>
              </plugin></plugins></build>
            </project>
            """, "src/main/java/com/example/Main.java", """
            package com.example;
            public class Main {
                public static void main(String[] arguments) {
                    System.out.println("hello " + org.jspecify.annotations.NullMarked.class.getSimpleName());
                }
            }
            """);
        JibImageBuilder builder = builder("here");

        BuiltImage built = build(builder, tree);
        ReleaseImage image = builder.open(built.digest());

        List<String> command = image.start().processes().get(StartPlan.WEB).resolve(Map.of());
        assertThat(command).containsExactly("java", "-cp", ".build/app.jar:.build/lib/*", "com.example.Main");
        assertThat(run(image, command.toArray(String[]::new))).contains("hello NullMarked");
        assertThat(packages(builder, built)).contains("com.example:shop", "jspecify");
    }

    @Test
    void theGradleWrapperMakesTheJarAlsoWhenAConfigNamesItAsInitDoes() throws Exception {
        InMemorySourceTree tree = InMemorySourceTree.of(
                "build.gradle",
                "plugins { id 'java' }",
                "gradlew",
                """
                #!/bin/sh
                echo "gradle $*"
                mkdir -p build/libs && javac --release 17 -d build/classes Main.java
                jar --create --file build/libs/shop.jar --main-class Main -C build/classes .
                """,
                "Main.java",
                """
                public class Main {
                    public static void main(String[] arguments) {
                        System.out.println("hello");
                    }
                }
                """,
                "backend.yml",
                "runtime: java\nentrypoint: java -Xmx64m -jar .build/app.jar\n");
        JibImageBuilder builder = builder("here");

        BuiltImage built = builder.build(
                new BuildRequest(new ProjectId("admin-shop"), tree, ManifestReader.read(tree), Map.of()), lines::add);

        ReleaseImage image = builder.open(built.digest());
        List<String> command = image.start().processes().get(StartPlan.WEB).resolve(Map.of());
        assertThat(command).containsExactly("java", "-Xmx64m", "-jar", ".build/app.jar");
        assertThat(run(image, command.toArray(String[]::new))).contains("hello");
        assertThat(lines).anyMatch(line -> line.startsWith("gradle --no-daemon"));
    }

    @Test
    void aPackageThatDoesNotExistIsNamed() {
        InMemorySourceTree tree = InMemorySourceTree.of(
                "main.py", "print(1)", "requirements.txt", "backendim-no-such-package-at-all==1.0\n");

        ProblemException failed = catchThrowableOfType(ProblemException.class, () -> build(builder("here"), tree));

        Problem.StageFailed problem = (Problem.StageFailed) failed.problem();
        assertThat(problem.slug()).isEqualTo("build-failed");
        assertThat(problem.detail()).contains("could not install the packages");
        assertThat(problem.fix()).isEqualTo("Check the name and the version of backendim-no-such-package-at-all==1.0.");
    }

    private List<String> run(ReleaseImage image, String... arguments) throws InterruptedException {
        Toolchain toolchain = toolchains.resolve(image.start().runtime());
        List<Bind> binds = new ArrayList<>(toolchain.binds());
        image.mounts().forEach(mount -> binds.add(Bind.readOnly(mount.folder(), mount.path())));
        Map<String, String> environment = new TreeMap<>(image.start().environment());
        environment.put(
                "PATH",
                Stream.concat(
                                Stream.of(environment.getOrDefault("PATH", "/usr/bin")),
                                Stream.concat(
                                        toolchain.programFolders().stream().map(Path::toString),
                                        Stream.of("/usr/bin", "/bin")))
                        .collect(Collectors.joining(":")));
        environment.put("DATA_DIR", "/tmp");
        List<String> output = new ArrayList<>();
        Launch launch = new Launch(
                "run-" + UUID.randomUUID(),
                List.of(arguments),
                environment,
                "/app",
                binds,
                Limits.NONE,
                OptionalInt.of(310_000));
        ProgramExit exit = launcher.run(launch, Duration.ofSeconds(30), output::add);
        assertThat(exit.code()).as(String.join("\n", output)).isZero();
        return output;
    }

    private static List<String> packages(JibImageBuilder builder, BuiltImage image) {
        return builder.sbom(image.digest()).orElseThrow().packages().stream()
                .map(PackageUrl::fullName)
                .toList();
    }

    private BuiltImage build(JibImageBuilder builder, InMemorySourceTree tree) {
        return builder.build(
                new BuildRequest(new ProjectId("admin-shop"), tree, AppManifest.defaults(), Map.of()), lines::add);
    }

    private JibImageBuilder builder(String name) {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("PATH", serverPath);
        HostSandboxSettings settings = new HostSandboxSettings(
                folder.resolve(name).resolve("cache"),
                OptionalInt.of(310_000),
                LIMITS,
                Duration.ofMinutes(5),
                environment,
                PASSED);
        HostSandbox sandbox = new HostSandbox(settings, launcher, toolchains, Clock.systemUTC());
        sandbox.start();
        DiskRegistry registry = new DiskRegistry(
                new DiskRegistrySettings(folder.resolve(name).resolve("registry"), RegistryLimits.DEFAULT),
                Clock.systemUTC());
        registry.start();
        JibImageBuilder builder = new JibImageBuilder(
                new JibSettings(folder.resolve(name).resolve("images")),
                new Detection(),
                sandbox,
                new ImageStores(registry, new FakeImageBases(), Optional.empty()),
                Clock.systemUTC());
        builder.start();
        return builder;
    }

    private static InMemorySourceTree example(String name) {
        return InMemorySourceTree.ofFolder(Path.of("examples", name));
    }

    private static String text(InMemorySourceTree tree, String path) {
        return new String(tree.read(path, 1 << 20).orElseThrow(), StandardCharsets.UTF_8);
    }
}
