/** Port: what survives a restart; its contracts are {@code ProjectStoreContract}, {@code ReleaseStoreContract} and {@code DeploymentLogContract}. */
@NullMarked
package im.backend.store;

import org.jspecify.annotations.NullMarked;
