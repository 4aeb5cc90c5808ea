package im.backend.identity.jwt;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.OctetSequenceKey;

/** A key and the one header that tokens signed with it have. */
record SigningKey(OctetSequenceKey key, JWSHeader header, String encodedHeader) {
    /** A type of our own, so that no token that was made for something else passes for ours (RFC 8725 section 3.11). */
    private static final JOSEObjectType TYPE = new JOSEObjectType("backendim+jwt");

    static SigningKey of(OctetSequenceKey key) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(TYPE)
                .keyID(key.getKeyID())
                .build();
        return new SigningKey(key, header, header.toBase64URL().toString());
    }

    @Override
    public String toString() {
        return "SigningKey[" + key.getKeyID() + "]";
    }
}
