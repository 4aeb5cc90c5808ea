package im.backend.cli.folder;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandKit;
import im.backend.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InitCommandTest extends CommandKit {
    @Test
    void initWritesAConfigThatIsValidAndDoesNotWriteOverOne() throws IOException {
        Path app = Files.createDirectories(folder.resolve("My_App"));
        Files.writeString(app.resolve("requirements.txt"), "fastapi\nuvicorn\n");
        Files.writeString(app.resolve("main.py"), "from fastapi import FastAPI\napp = FastAPI()\n");

        CommandRun run = run("init", "--dir", "My_App");

        assertThat(run.out()).isEqualTo("Wrote backend.yml for my-app.\n");
        assertThat(run.err()).contains("Detected: found requirements.txt with fastapi: uvicorn main:app");
        assertThat(Files.readString(app.resolve("backend.yml")))
                .startsWith("# yaml-language-server: $schema=" + stub.uri()
                        + "/schemas/backend.schema.json\nname: my-app\n")
                .contains("\nentrypoint: \"uvicorn main:app");
        assertThat(run("config", "validate", "My_App").out()).isEqualTo("My_App is valid.\n");
        assertThat(run("init", "--dir", "My_App").exit()).isEqualTo(9);
    }

    @Test
    void initLeavesToTheProcfileWhatItSays() throws IOException {
        Path app = Files.createDirectories(folder.resolve("flasky"));
        Files.writeString(app.resolve("requirements.txt"), "flask\ngunicorn\n");
        Files.writeString(app.resolve("app.py"), "from flask import Flask\napp = Flask(__name__)\n");
        Files.writeString(app.resolve("Procfile"), "web: gunicorn app:app --bind 0.0.0.0:$PORT --workers 2\n");

        assertThat(run("init", "-d", "flasky").err()).contains("gunicorn app:app --bind 0.0.0.0:$PORT --workers 2");

        assertThat(Files.readString(app.resolve("backend.yml")))
                .contains("The Procfile goes on being read")
                .contains("\n# entrypoint: ");
        assertThat(run("config", "show", "flasky").out()).contains("--workers 2");
    }

    @Test
    void initOfAnUnknownFolderLeavesTheLinesToFillIn() throws IOException {
        Path app = Files.createDirectories(folder.resolve("what"));
        Files.writeString(app.resolve("notes.txt"), "x");

        assertThat(run("init", "-d", "what").err()).contains("Nothing was recognised here. Say it in backend.yml");
        assertThat(Files.readString(app.resolve("backend.yml"))).contains("\n# runtime: \"python:3.12\"\n");
        assertThat(run("config", "validate", "what").exit()).isZero();
    }
}
