package im.backend.file;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the operating system says when a disk does not take or give something; Java has no type for most of it. */
public record DiskFault(Throwable cause) {
    private static final List<String> FULL = List.of("no space left", "quota exceeded");
    private static final List<String> BROKEN = List.of("input/output error", "read-only file system");

    /** There is no room: the caller's to know, and to mend. */
    public boolean isFull() {
        return says(FULL);
    }

    /** It is a disk, not a connection, that failed. */
    public boolean isOfDisk() {
        return isFull() || says(BROKEN) || causes().anyMatch(FileSystemException.class::isInstance);
    }

    /**
     * StorageFull when there is no room; all else is a bug or a broken disk, which nobody but the operator can mend.
     *
     * @param noRoom what to tell a caller, and how to mend it
     */
    public RuntimeException asException(String noRoom) {
        if (isFull()) {
            return new Problem.StorageFull(noRoom).asException(cause);
        }
        return cause instanceof IOException failed
                ? new UncheckedIOException(failed)
                : new IllegalStateException("the disk failed", cause);
    }

    private boolean says(List<String> texts) {
        return causes().map(at -> String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT))
                .anyMatch(message -> texts.stream().anyMatch(message::contains));
    }

    private Stream<Throwable> causes() {
        Stream.Builder<Throwable> causes = Stream.builder();
        for (@Nullable Throwable at = cause; at != null; at = at.getCause()) {
            causes.add(at);
        }
        return causes.build();
    }
}
