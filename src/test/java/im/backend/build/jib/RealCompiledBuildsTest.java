package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.build.BuildRequest;
import im.backend.build.BuiltImage;
import im.backend.build.ReleaseImage;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.StartPlan;
import im.backend.manifest.ManifestReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RealCompiledBuildsTest extends RealBuildsKit {
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
}
