/** The technologies that deployments join, each behind its port, and the settings of both. */
@NullMarked
package im.backend.deploy.ports;

import org.jspecify.annotations.NullMarked;
