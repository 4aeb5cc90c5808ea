/** Scans against advisories in the OSV format (OSV schema 1.6), with no program and no service but the files themselves. */
@NullMarked
package im.backend.scan.osv;

import org.jspecify.annotations.NullMarked;
