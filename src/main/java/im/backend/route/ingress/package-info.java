/** Points hosts at releases with Ingress objects, which the cluster's own ingress controller serves. */
@NullMarked
package im.backend.route.ingress;

import org.jspecify.annotations.NullMarked;
