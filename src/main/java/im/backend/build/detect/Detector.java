package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.RuntimeSpec.Language;
import java.util.Optional;

/** Recognises the apps of one language. */
interface Detector {
    Language language();

    /** The file names that it goes by, for the message when nobody recognises the tree. */
    String looksFor();

    /** Empty when the tree is not of this language. */
    Optional<BuildPlan> detect(Sources sources, AppManifest manifest);

    /** The manifest names the language, so that no proof is needed. */
    BuildPlan assume(Sources sources, AppManifest manifest);
}
