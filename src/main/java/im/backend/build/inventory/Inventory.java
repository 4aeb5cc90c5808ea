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
    /** More than any app has; what goes beyond it was made to fill the memory of whoever reads it. */
    int PACKAGES_MAX = 50_000;

    /** @return in no order, {@value #PACKAGES_MAX} at most */
    List<PackageUrl> read(Path folder) throws IOException;
}
