/** The layers of images: packed as blobs, and unpacked as folders that apps run from. */
@NullMarked
package im.backend.build.jib.layer;

import org.jspecify.annotations.NullMarked;
