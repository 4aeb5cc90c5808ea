/** The nouns of the platform, as validated records. */
@NullMarked
package im.backend.domain;

import org.jspecify.annotations.NullMarked;
