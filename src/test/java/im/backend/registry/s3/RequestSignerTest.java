package im.backend.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header". */
class RequestSignerTest {
    private static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
    private static final String HOST = "examplebucket.s3.amazonaws.com";
    private static final String NOTHING =
            Digest.of(Digest.Algorithm.SHA256, new byte[0]).hex();
    private static final RequestSigner SIGNER = new RequestSigner(
            new S3Settings.Login("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1");

    @Test
    void aGetOfARangeIsSignedAsInTheSpecification() {
        var asked = new RequestSigner.Asked(
                "GET", "/test.txt", Map.of(), Map.of("Host", HOST, "Range", "bytes=0-9"), NOTHING);

        assertThat(SIGNER.sign(asked, NOW))
                .containsEntry(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void aPutWithACharacterToEncodeIsSignedAsInTheSpecification() {
        String hash = Digest.of(Digest.Algorithm.SHA256, "Welcome to Amazon S3.".getBytes(StandardCharsets.UTF_8))
                .hex();
        Map<String, String> headers = Map.of(
                "Host", HOST, "Date", "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class", "REDUCED_REDUNDANCY");
        var asked = new RequestSigner.Asked("PUT", "/test$file.text", Map.of(), headers, hash);

        assertThat(signature(asked)).isEqualTo("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @Test
    void aQueryWithoutAValueIsSignedAsInTheSpecification() {
        var asked = new RequestSigner.Asked("GET", "/", Map.of("lifecycle", ""), Map.of("Host", HOST), NOTHING);

        assertThat(signature(asked)).isEqualTo("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    @Test
    void aListIsSignedAsInTheSpecification() {
        var asked = new RequestSigner.Asked(
                "GET", "/", Map.of("prefix", "J", "max-keys", "2"), Map.of("Host", HOST), NOTHING);

        assertThat(signature(asked)).isEqualTo("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void whatIsNotUnreservedIsEncodedAsUtf8InUpperCase() {
        assertThat(RequestSigner.encode("a b+c/ü~", "/")).isEqualTo("a%20b%2Bc/%C3%BC~");
        assertThat(RequestSigner.encode("a/b", "")).isEqualTo("a%2Fb");
    }

    @Test
    void theSecretIsInNoText() {
        assertThat(SIGNER.toString()).contains("AKIAIOSFODNN7EXAMPLE:***").doesNotContain("wJalr");
    }

    private static String signature(RequestSigner.Asked asked) {
        String header = SIGNER.sign(asked, NOW).getOrDefault("authorization", "");
        return header.substring(header.indexOf("Signature=") + "Signature=".length());
    }
}
