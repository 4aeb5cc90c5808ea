/** The registry over HTTP: OCI distribution 1.1, and the token protocol that its clients know. */
@NullMarked
package im.backend.registry.oci;

import org.jspecify.annotations.NullMarked;
