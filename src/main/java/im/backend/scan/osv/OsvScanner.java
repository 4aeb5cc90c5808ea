package im.backend.scan.osv;

import im.backend.problem.Problem;
import im.backend.sbom.PackageUrl;
import im.backend.sbom.Sbom;
import im.backend.scan.Finding;
import im.backend.scan.ScanReport;
import im.backend.scan.Scanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Looks packages up in advisories that are files on this disk. Sources are indexed at the first scan and whenever they
 * have changed; between scans nothing of them is in memory.
 */
public final class OsvScanner implements Scanner {
    private static final String NAME = "osv";
    private static final System.Logger LOG = System.getLogger(OsvScanner.class.getName());

    private final OsvSettings settings;
    private final Clock clock;
    /** An index is written by one scan, and the others wait for it. */
    private final ReentrantLock indexing = new ReentrantLock();

    private final Map<AdvisorySource.Web, AdvisoryDownload> downloads = new HashMap<>();

    public OsvScanner(OsvSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** A source that is ready to be asked. */
    private record Ready(AdvisoryIndex index, Instant time, List<String> notes) {}

    @Override
    public ScanReport scan(Sbom sbom) {
        if (settings.sources().isEmpty()) {
            throw new Problem.Unavailable(
                            "advisories-unavailable",
                            "There are no advisories to look packages up in. Name a folder, an archive or an address in"
                                    + " scan.source, or install trivy.",
                            Duration.ofHours(1))
                    .asException();
        }
        List<Ready> sources = open();
        try {
            List<Finding> findings = new ArrayList<>();
            for (PackageUrl one : sbom.packages()) {
                findings.addAll(findings(one, sources));
            }
            return new ScanReport(
                    NAME,
                    sources.stream().map(Ready::time).min(Comparator.naturalOrder()),
                    sources.stream().flatMap(source -> source.notes().stream()).toList(),
                    sbom.packages().size(),
                    findings);
        } finally {
            sources.forEach(source -> source.index().close());
        }
    }

    private static List<Finding> findings(PackageUrl one, List<Ready> sources) {
        Optional<Ecosystem> ecosystem = Ecosystem.of(one);
        if (ecosystem.isEmpty()) {
            return List.of();
        }
        String key = ecosystem.get().key(one);
        List<Match> matches = sources.stream()
                .flatMap(source -> source.index().about(key).stream())
                .flatMap(advisory -> Match.of(advisory, key, one.version()).stream())
                .toList();
        return Match.merge(matches).stream().map(match -> match.finding(one)).toList();
    }

    private List<Ready> open() {
        List<Ready> opened = new ArrayList<>();
        try {
            indexing.lockInterruptibly();
        } catch (InterruptedException stop) {
            throw cancelled(stop);
        }
        try {
            Files.createDirectories(settings.folder());
            for (AdvisorySource source : settings.sources()) {
                opened.add(open(source));
            }
            return opened;
        } catch (IOException | RuntimeException failed) {
            opened.forEach(source -> source.index().close());
            throw failed instanceof IOException broken ? unreadable(broken) : (RuntimeException) failed;
        } catch (InterruptedException stop) {
            opened.forEach(source -> source.index().close());
            throw cancelled(stop);
        } finally {
            indexing.unlock();
        }
    }

    private static RuntimeException cancelled(InterruptedException stop) {
        Thread.currentThread().interrupt();
        return new Problem.StageFailed("cancelled", "The scan was cancelled.", "", List.of()).asException(stop);
    }

    private Ready open(AdvisorySource source) throws IOException, InterruptedException {
        return switch (source) {
            case AdvisorySource.Files(Path path) -> {
                AdvisoryFiles files = AdvisoryFiles.at(path);
                if (files.files().isEmpty()) {
                    throw new IOException(path + " holds no .json and no .zip file");
                }
                yield new Ready(index(path.toString(), files), files.time(), List.of());
            }
            case AdvisorySource.Web web -> {
                AdvisoryDownload.Copy copy =
                        downloads.computeIfAbsent(web, this::download).current();
                AdvisoryFiles files = AdvisoryFiles.at(copy.file());
                yield new Ready(index(web.address().toString(), files), copy.fetchedAt(), copy.notes());
            }
        };
    }

    private AdvisoryDownload download(AdvisorySource.Web web) {
        String kind = web.address().getPath().endsWith(".json") ? ".json" : ".zip";
        Path copy = settings.folder().resolve("copy-" + name(web.address().toString()) + kind);
        return new AdvisoryDownload(web.address(), copy, settings.refresh(), clock);
    }

    private AdvisoryIndex index(String source, AdvisoryFiles files) throws IOException {
        String prefix = "index-" + name(source) + "-";
        Path file = settings.folder().resolve(prefix + files.state());
        if (Files.exists(file)) {
            try {
                return AdvisoryIndex.open(file);
            } catch (IOException damaged) {
                LOG.log(System.Logger.Level.WARNING, "index of advisories written anew: {0}", damaged.getMessage());
            }
        }
        long begun = System.nanoTime();
        AdvisoryIndex.write(files, file);
        removeOthers(prefix, file);
        AdvisoryIndex index = AdvisoryIndex.open(file);
        LOG.log(
                System.Logger.Level.INFO,
                "advisories indexed: source={0} rows={1} durationMs={2}",
                source,
                Integer.toString(index.size()),
                Long.toString((System.nanoTime() - begun) / 1_000_000));
        return index;
    }

    private void removeOthers(String prefix, Path current) throws IOException {
        try (Stream<Path> files = Files.list(settings.folder())) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(prefix) && !file.equals(current)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String name(String source) {
        byte[] digest = AdvisoryFiles.sha256().digest(source.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, 6);
    }

    private static RuntimeException unreadable(IOException broken) {
        return new Problem.Unavailable(
                        "advisories-unavailable",
                        "The advisories of scan.source could not be read: " + broken.getMessage() + ".",
                        Duration.ofMinutes(10))
                .asException(broken);
    }
}
