package im.backend.scan.osv;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The base score of CVSS 3.1 (FIRST, specification, sections 7.1 and 7.4); that of 3.0 differs only in rounding. */
final class Cvss3 {
    private static final Map<String, Double> VECTOR = Map.of("N", 0.85, "A", 0.62, "L", 0.55, "P", 0.2);
    private static final Map<String, Double> COMPLEXITY = Map.of("L", 0.77, "H", 0.44);
    private static final Map<String, Double> PRIVILEGES = Map.of("N", 0.85, "L", 0.62, "H", 0.27);
    private static final Map<String, Double> PRIVILEGES_CHANGED = Map.of("N", 0.85, "L", 0.68, "H", 0.5);
    private static final Map<String, Double> INTERACTION = Map.of("N", 0.85, "R", 0.62);
    private static final Map<String, Double> IMPACT = Map.of("H", 0.56, "L", 0.22, "N", 0.0);

    private Cvss3() {}

    /** Empty when a base metric is missing or unknown. */
    static Optional<Double> score(Map<String, String> metrics) {
        boolean changed = "C".equals(metrics.get("S"));
        double[] weights = {
            weight(VECTOR, metrics.get("AV")),
            weight(COMPLEXITY, metrics.get("AC")),
            weight(changed ? PRIVILEGES_CHANGED : PRIVILEGES, metrics.get("PR")),
            weight(INTERACTION, metrics.get("UI")),
            weight(IMPACT, metrics.get("C")),
            weight(IMPACT, metrics.get("I")),
            weight(IMPACT, metrics.get("A"))
        };
        for (double weight : weights) {
            if (Double.isNaN(weight)) {
                return Optional.empty();
            }
        }
        double share = 1 - (1 - weights[4]) * (1 - weights[5]) * (1 - weights[6]);
        double impact = changed ? 7.52 * (share - 0.029) - 3.25 * Math.pow(share - 0.02, 15) : 6.42 * share;
        if (impact <= 0) {
            return Optional.of(0.0);
        }
        double exploitability = 8.22 * weights[0] * weights[1] * weights[2] * weights[3];
        double sum = (changed ? 1.08 : 1) * (impact + exploitability);
        return Optional.of(roundUp(Math.min(sum, 10)));
    }

    private static double weight(Map<String, Double> weights, @Nullable String value) {
        return value == null ? Double.NaN : weights.getOrDefault(value, Double.NaN);
    }

    /** To one decimal, upwards; in whole numbers, since 4.02 is not quite 4.02 in binary. */
    private static double roundUp(double score) {
        long scaled = Math.round(score * 100_000);
        return scaled % 10_000 == 0 ? scaled / 100_000.0 : (scaled / 10_000 + 1) / 10.0;
    }
}
