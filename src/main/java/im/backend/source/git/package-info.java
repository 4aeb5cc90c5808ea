/** Bare Git repositories with JGit, and Git's smart HTTP protocol; no git program and no work tree on the server. */
@NullMarked
package im.backend.source.git;

import org.jspecify.annotations.NullMarked;
