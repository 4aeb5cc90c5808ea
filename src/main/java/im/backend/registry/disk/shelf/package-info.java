/** Where the bytes of blobs and manifests stand: as files of this disk, or at home in a store of objects. */
@NullMarked
package im.backend.registry.disk.shelf;

import org.jspecify.annotations.NullMarked;
