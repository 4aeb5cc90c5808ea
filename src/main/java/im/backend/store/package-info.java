/** Port: what survives a restart; its contracts are {@code ProjectStoreContract} and {@code DeploymentLogContract}. */
@NullMarked
package im.backend.store;

import org.jspecify.annotations.NullMarked;
