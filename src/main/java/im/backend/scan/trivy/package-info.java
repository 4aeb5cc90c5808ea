/** Scans with Trivy, where the operator has installed it. */
@NullMarked
package im.backend.scan.trivy;

import org.jspecify.annotations.NullMarked;
