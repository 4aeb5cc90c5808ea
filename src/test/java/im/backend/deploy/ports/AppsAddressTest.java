package im.backend.deploy.ports;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AppsAddressTest {
    @Test
    void aHostWithACertificateOfItsOwnIsAskedOverHttpsAndOneThatPassesIsNot() {
        AppsAddress apps = AppsAddress.certified("example.com", 0);

        assertThat(apps.url("shop.example.com")).hasToString("https://shop.example.com");
        assertThat(apps.passingUrl("0123456789ab.example.com")).hasToString("http://0123456789ab.example.com");
        assertThat(apps.pattern()).isEqualTo("https://*.example.com");
        assertThat(AppsAddress.certified("example.com", 8443).url("shop.example.com"))
                .hasToString("https://shop.example.com:8443");
    }

    @Test
    void aProxyOnThePortOfHttpsHasCertificatesForAll() {
        AppsAddress apps = AppsAddress.plain("example.com", 443);

        assertThat(apps.url("shop.example.com")).hasToString("https://shop.example.com");
        assertThat(apps.passingUrl("0123456789ab.example.com")).hasToString("https://0123456789ab.example.com");
    }

    @Test
    void thePortIsNamedUnlessItIsTheUsualOne() {
        assertThat(AppsAddress.plain("localhost", 8000).pattern()).isEqualTo("http://*.localhost:8000");
        assertThat(AppsAddress.plain("example.com", 80).url("shop.example.com")).hasToString("http://shop.example.com");
    }
}
