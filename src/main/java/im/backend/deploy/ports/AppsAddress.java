package im.backend.deploy.ports;

import java.net.URI;

/**
 * Where people reach apps: at {@code {name}.{domain}}.
 *
 * @param port shown in URLs; 80 is left out, and 443, which stands for https
 * @param certificates who has them
 */
public record AppsAddress(String domain, int port, Certificates certificates) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** Whether there is one for each host, or none here: then it is the port that tells what a proxy before us has. */
    public enum Certificates {
        NONE,
        EACH_HOST
    }

    /** Plain HTTP, or what stands before this server. */
    public static AppsAddress plain(String domain, int port) {
        return new AppsAddress(domain, port, Certificates.NONE);
    }

    /** @param port 0 for the usual one */
    public static AppsAddress certified(String domain, int port) {
        return new AppsAddress(domain, port == 0 ? HTTPS : port, Certificates.EACH_HOST);
    }

    /** Of a host that stays. */
    public URI url(String host) {
        boolean secure = port == HTTPS || certificates == Certificates.EACH_HOST;
        return secure ? url("https", host, HTTPS) : url("http", host, HTTP);
    }

    /** Of a host that goes with its release: no certificate is asked for it. */
    public URI passingUrl(String host) {
        return switch (certificates) {
            case NONE -> url(host);
            case EACH_HOST -> URI.create("http://" + host);
        };
    }

    /** Of all hosts that stay, with {@code *} for the name. */
    public String pattern() {
        return url("*." + domain).toString();
    }

    private URI url(String scheme, String host, int usual) {
        return URI.create(scheme + "://" + host + (port == usual ? "" : ":" + port));
    }
}
