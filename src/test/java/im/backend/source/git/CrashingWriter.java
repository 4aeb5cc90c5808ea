package im.backend.source.git;

import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import im.backend.source.Commit;
import im.backend.source.SourceLimits;
import im.backend.source.SourceUpload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Uploads and publishes without end, and names each commit after it was acknowledged; made to be killed. */
final class CrashingWriter {
    private CrashingWriter() {}

    public static void main(String[] arguments) {
        ProjectId project = new ProjectId("admin-shop");
        GitSourceStore store =
                new GitSourceStore(new GitSettings(Path.of(arguments[0]), SourceLimits.DEFAULT), Clock.systemUTC());
        store.start();
        store.create(project);
        for (int round = 0; ; round++) {
            String text = arguments[1] + " " + round;
            Commit commit = store.stage(
                    project,
                    new SourceUpload.FileMap(List.of(
                            new SourceUpload.File("a.txt", text.getBytes(StandardCharsets.UTF_8), false),
                            new SourceUpload.File("b.bin", new byte[round % 7 * 100_000], false))),
                    new UserName("admin"),
                    text);
            System.out.println("staged " + commit.hash());
            System.out.flush();
            store.publish(project, commit.hash());
            System.out.println("published " + commit.hash());
            System.out.flush();
        }
    }
}
