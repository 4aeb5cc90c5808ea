/** JSON of deployments: asking for one, its status, its events and its failure. */
@NullMarked
package im.backend.wire.deployment;

import org.jspecify.annotations.NullMarked;
