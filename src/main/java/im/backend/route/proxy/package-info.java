/** The embedded reverse proxy: routes by host, counts what is in flight, keeps clients and apps honest. */
@NullMarked
package im.backend.route.proxy;

import org.jspecify.annotations.NullMarked;
