/** What an image is made of: packages by their package URL, and the bill of materials that lists them. */
@NullMarked
package im.backend.sbom;

import org.jspecify.annotations.NullMarked;
