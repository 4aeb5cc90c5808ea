package im.backend.route.proxy;

import java.net.InetSocketAddress;

/** Where the apps' listener listens and what it allows. Port 0 takes a free one. */
public record ProxySettings(InetSocketAddress address, ProxyLimits limits) {}
