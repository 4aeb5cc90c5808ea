package im.backend.build;

import im.backend.domain.StartPlan;

/** What a sandbox made: folders that still have to become an image, or an image. */
public sealed interface Built permits BuiltTree, BuiltLayout {
    StartPlan start();
}
