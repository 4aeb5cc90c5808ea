/** Other people's registries: base images are pulled from them, finished images pushed to them (OCI distribution 1.1). */
@NullMarked
package im.backend.build.remote;

import org.jspecify.annotations.NullMarked;
