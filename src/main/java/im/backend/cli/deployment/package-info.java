/** Commands that deploy or look at deployments, and staying with one until it ends. */
@NullMarked
package im.backend.cli.deployment;

import org.jspecify.annotations.NullMarked;
