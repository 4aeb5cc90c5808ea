package im.backend.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "2, 2000, 2",
        "10, 10000, 10",
        "100.0, 100000, 100",
        "0.5, 500, 0.5",
        "500m, 500, 0.5",
        "0.25, 250, 0.25",
        "1.125, 1125, 1.125",
        "0.010, 10, 0.01",
        "0, 0, 0"
    })
    void anAmountOfCpuIsReadAndWrittenExactly(String read, int millis, String written) {
        assertThat(Quantity.cpuMillis(read)).contains(millis);
        assertThat(Quantity.writeCpu(millis)).isEqualTo(written);
        assertThat(Quantity.cpuMillis(written)).contains(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".5", "1.", "1.0001", "1000", "-1", "1,5", "lots", "0x10"})
    void whatIsNoAmountOfCpuIsRefused(String text) {
        assertThat(Quantity.cpuMillis(text)).isEmpty();
    }
}
