package im.backend.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real browser without a window. */
final class Browser {
    private Browser() {}

    /** The page's document after its scripts ran. */
    static String dom(String url, Path folder) {
        return Ran.run(
                        folder,
                        Map.of(),
                        Duration.ofMinutes(1),
                        List.of(
                                "chromium",
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--user-data-dir=" + folder.resolve("browser"),
                                "--virtual-time-budget=5000",
                                "--dump-dom",
                                url))
                .ok()
                .out();
    }
}
