/** Assembles images into an OCI layout with Jib's manifests, and keeps them unpacked for this host. */
@NullMarked
package im.backend.build.jib;

import org.jspecify.annotations.NullMarked;
