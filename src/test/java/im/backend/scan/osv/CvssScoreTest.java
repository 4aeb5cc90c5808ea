package im.backend.scan.osv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CvssScoreTest {
    /** Vectors made at random, with the scores that the Python package cvss 3.6 gives them. */
    @Test
    void agreesWithAnIndependentCalculator() throws IOException {
        List<String> faults = new ArrayList<>();
        try (InputStream in = CvssScoreTest.class.getResourceAsStream("cvss-vectors.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] parts = line.split("\t");
                double ours = CvssScore.of(parts[0]).orElse(-1.0);
                if (ours != Double.parseDouble(parts[1])) {
                    faults.add(parts[0] + ": " + ours + ", expected " + parts[1]);
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7.5",
                "AV:N/AC:L/Au:N/C:P/I:P/A:P",
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
                "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                "CVSS:4.0/AV:N",
                "CVSS:4.0/AV:NA/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
                "CVSS:5.0/AV:N/AC:L"
            })
    void whatIsNoWholeVectorHasNoScore(String text) {
        assertThat(CvssScore.of(text)).isEmpty();
    }
}
