package im.backend.server;

import im.backend.deploy.ports.AppsAddress;
import im.backend.route.Router;
import java.util.function.IntSupplier;

/**
 * Where requests to the apps come in.
 *
 * @param address as people reach it
 * @param openConnections that this server knows of
 */
record AppsFront(Router router, AppsAddress address, IntSupplier openConnections) {}
