package im.backend.build.inventory;

import im.backend.sbom.PackageUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds installed packages by what their own installer wrote down. Follows no link: a build may have put one anywhere.
 * What it does not understand it leaves out, so that no package can fail a build by being odd.
 */
@FunctionalInterface
public interface Inventory {
    /** @return in no order */
    List<PackageUrl> read(Path folder) throws IOException;
}
