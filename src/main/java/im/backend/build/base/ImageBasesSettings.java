package im.backend.build.base;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * @param spool folder for archives that are being read
 * @param rows references by runtime, as {@code python} to {@code docker.io/library/python:{version}-slim}
 * @param allowed names without tag that may be brought in beside those of the rows; {@code *} stands for any ending
 * @param imageBytesMax of all that one archive or image holds, packed and unpacked
 */
public record ImageBasesSettings(
        Use use, Path spool, Map<String, String> rows, List<String> allowed, long imageBytesMax) {
    public ImageBasesSettings {
        rows = Map.copyOf(rows);
        allowed = List.copyOf(allowed);
    }

    /** Whether images are made on a base. */
    public enum Use {
        /** When it is here already, so that a first deploy waits for no network. */
        AUTO,
        /** It is pulled when it is not here, and the build fails when it can not be. */
        ALWAYS,
        NEVER
    }
}
