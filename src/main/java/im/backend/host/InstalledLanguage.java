package im.backend.host;

import java.util.List;
import java.util.Optional;

/** How one language is found on a host. */
interface InstalledLanguage {
    /** All installations, the host's own choice first. */
    List<Installation> find();

    Toolchain toolchain(Installation installation, Optional<String> warning);

    /** How a person installs it, one sentence. */
    String remedy();
}
