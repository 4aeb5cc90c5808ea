package im.backend.build.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import im.backend.sbom.PackageUrl;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
    @TempDir
    private Path folder;

    @Test
    void pythonPackagesAreReadOfTheirMetadata() throws IOException {
        write("lib/python3.12/site-packages/Jinja2-3.1.2.dist-info/METADATA", """
            Metadata-Version: 2.1
            Name: Jinja2
            Version: 3.1.2
            License: BSD

            Name: not-the-head
            Version: 9
            """);
        write(
                "lib/python3.12/site-packages/zope.interface-5.0-py3.12.egg-info/PKG-INFO",
                "Name: zope.interface\nVersion: 5.0\n");
        write("lib/python3.12/site-packages/broken-1.dist-info/METADATA", "Version: 1\n");
        write("lib/python3.12/site-packages/jinja2/__init__.py", "");

        assertThat(new PythonDistributions().read(folder))
                .containsExactlyInAnyOrder(
                        PackageUrl.python("jinja2", "3.1.2"), PackageUrl.python("zope.interface", "5.0"));
    }

    @Test
    void nodePackagesAreReadWithScopesAndThoseWithinOthers() throws IOException {
        write(
                "express/package.json",
                "{\"description\": {\"name\": \"x\"}, \"name\": \"express\", \"version\": \"4.18.2\"}");
        write("express/node_modules/ms/package.json", "{\"name\": \"ms\", \"version\": \"2.0.0\"}");
        write("@hapi/hoek/package.json", "{\"version\": \"9.3.0\", \"name\": \"@hapi/hoek\", \"bin\": [}");
        write(".package-lock.json", "{}");
        write("broken/package.json", "{\"name\":");
        write("nameless/package.json", "{\"version\": 3}");

        assertThat(new NodeModules().read(folder))
                .containsExactlyInAnyOrder(
                        PackageUrl.npm("express", "4.18.2"),
                        PackageUrl.npm("ms", "2.0.0"),
                        PackageUrl.npm("@hapi/hoek", "9.3.0"));
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path secret = folder.resolve("secret");
        write("secret/package.json", "{\"name\": \"leaked\", \"version\": \"1.0.0\"}");
        Path modules = Files.createDirectories(folder.resolve("modules"));
        Files.createSymbolicLink(modules.resolve("folder"), secret);
        Files.createSymbolicLink(
                Files.createDirectories(modules.resolve("file")).resolve("package.json"),
                secret.resolve("package.json"));
        Files.createSymbolicLink(modules.resolve("loop"), modules);

        assertThat(new NodeModules().read(modules)).isEmpty();
    }

    @Test
    void modulesOfAGoProgramAreReadWithTheirReplacements() throws IOException {
        goBinary(2, "go1.22.3 X:loopvar", """
            path\texample.com/shop
            mod\texample.com/shop\t(devel)\t
            dep\tgithub.com/go-chi/chi/v5\tv5.2.1\th1:abc=
            dep\tgolang.org/x/net\tv0.1.0
            =>\tgolang.org/x/net\tv0.17.0\th1:def=
            dep\texample.com/local\tv0.0.0
            =>\t./local\t
            dep\tgopkg.in/yaml.v3\tv3.0.1\th1:ghi=
            build\t-trimpath=true
            """);

        assertThat(new GoBinary("app").read(folder))
                .containsExactly(
                        PackageUrl.go("stdlib", "1.22.3"),
                        PackageUrl.go("github.com/go-chi/chi/v5", "v5.2.1"),
                        PackageUrl.go("golang.org/x/net", "v0.17.0"),
                        PackageUrl.go("gopkg.in/yaml.v3", "v3.0.1"));
    }

    @Test
    void aProgramThatIsNotOfGoHasNoModules() throws IOException {
        write("app", "\u007fELF and no mark in it at all, but longer than a header is");
        assertThat(new GoBinary("app").read(folder)).isEmpty();
        assertThat(new GoBinary("absent").read(folder)).isEmpty();

        goBinary(0, "go1.17", "dep\ta\tv1\n");
        assertThat(new GoBinary("app").read(folder)).isEmpty();
    }

    @Test
    void jarsWithinAJarAreRead() throws IOException {
        byte[] inner = jar(Map.of(
                "META-INF/maven/org.slf4j/slf4j-api/pom.properties",
                bytes("groupId=org.slf4j\nartifactId=slf4j-api\nversion=2.0.13\n")));
        byte[] without = jar(Map.of("a/B.class", bytes("class")));
        Files.createDirectories(folder.resolve("lib"));
        Files.write(
                folder.resolve("app.jar"),
                jar(Map.of(
                        "BOOT-INF/lib/slf4j-api-2.0.13.jar", inner,
                        "BOOT-INF/lib/kotlin-stdlib-1.9.24.jar", without,
                        "META-INF/maven/com.example/shop/pom.properties",
                                bytes("groupId=com.example\nartifactId=shop\nversion=1\n"))));
        Files.write(folder.resolve("lib/slf4j-api-2.0.13.jar"), inner);
        write("lib/broken.jar", "no archive");

        assertThat(new JavaArchives("app.jar", "lib").read(folder))
                .containsExactlyInAnyOrder(
                        PackageUrl.maven("org.slf4j", "slf4j-api", "2.0.13"),
                        PackageUrl.maven("org.slf4j", "slf4j-api", "2.0.13"),
                        PackageUrl.maven("", "kotlin-stdlib", "1.9.24"),
                        PackageUrl.maven("com.example", "shop", "1"));
    }

    @Test
    void anArchiveThatUnpacksToNoEndIsGivenUp() throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(folder.resolve("app.jar")))) {
            out.putNextEntry(new ZipEntry("META-INF/maven/com.example/shop/pom.properties"));
            out.write(bytes("groupId=com.example\nartifactId=shop\nversion=1\n"));
            out.putNextEntry(new ZipEntry("zeros"));
            byte[] zeros = new byte[1 << 20];
            for (int mebibyte = 0; mebibyte < 1_100; mebibyte++) {
                out.write(zeros);
            }
        }

        assertThat(new JavaArchives("app.jar", "lib").read(folder)).hasSize(1);
    }

    @Test
    void aNameMadeToTakeForEverToReadDoesNot() throws IOException {
        String endless = "a" + "-1".repeat(20_000) + "!" + "-1".repeat(10_000) + ".jar";
        Files.write(folder.resolve("app.jar"), jar(Map.of(endless, jar(Map.of("B.class", bytes("class"))))));

        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThat(new JavaArchives("app.jar", "lib").read(folder))
                        .isEmpty());
    }

    @Test
    void debianPackagesAreThoseThatAreInstalled() throws IOException {
        write("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        write("var/lib/dpkg/status", """
            Package: libssl3
            Status: install ok installed
            Architecture: amd64
            Source: openssl (3.0.11)
            Version: 3.0.11-1~deb12u2
            Description: Secure Sockets Layer
             Version: not this one

            Package: removed
            Status: deinstall ok config-files
            Version: 1
            """);

        assertThat(new DebianPackages().read(folder))
                .extracting(PackageUrl::toString)
                .containsExactly(
                        "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl");
    }

    private void goBinary(int flags, String version, String modules) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[64]);
        out.write("\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1));
        out.write(8);
        out.write(flags);
        out.write(new byte[16]);
        text(out, version);
        text(out, "0".repeat(16) + modules + "1".repeat(16));
        out.write(new byte[32]);
        Files.write(folder.resolve("app"), out.toByteArray());
    }

    private static void text(OutputStream out, String text) throws IOException {
        int length = text.length();
        for (; length >= 0x80; length >>= 7) {
            out.write(length & 0x7f | 0x80);
        }
        out.write(length);
        out.write(bytes(text));
    }

    private static byte[] jar(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : entries.keySet().stream().sorted().toList()) {
                out.putNextEntry(new ZipEntry(name));
                out.write(entries.get(name));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
