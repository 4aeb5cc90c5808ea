package im.backend.scan.osv;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The score of CVSS 4.0 (FIRST, specification, section 8) of base metrics and exploit maturity. Metrics of somebody's own
 * environment are left out: no advisory knows them.
 *
 * <p>Vectors fall into classes by six equivalence sets, each class has a score, and a vector that is milder than the worst
 * of its class goes down towards the next milder class.
 */
final class Cvss4 {
    private static final String SCORES = "cvss4-scores.txt";
    /** Values of each metric, worst first: one step down is one step of severity. */
    private static final Map<String, String> STEPS = Map.ofEntries(
            Map.entry("AV", "NALP"),
            Map.entry("AC", "LH"),
            Map.entry("AT", "NP"),
            Map.entry("PR", "NLH"),
            Map.entry("UI", "NPA"),
            Map.entry("VC", "HLN"),
            Map.entry("VI", "HLN"),
            Map.entry("VA", "HLN"),
            Map.entry("SC", "HLN"),
            Map.entry("SI", "HLN"),
            Map.entry("SA", "HLN"));

    private static final List<String> REACH = List.of("AV", "PR", "UI");
    private static final List<String> EFFORT = List.of("AC", "AT");
    private static final List<String> OWN_IMPACT = List.of("VC", "VI", "VA");
    private static final List<String> FURTHER_IMPACT = List.of("SC", "SI", "SA");

    private final Map<String, String> metrics;
    private final Map<String, Double> scores;

    private Cvss4(Map<String, String> metrics, Map<String, Double> scores) {
        this.metrics = metrics;
        this.scores = scores;
    }

    /** Empty when a base metric is missing or unknown. */
    static Optional<Double> score(Map<String, String> metrics) {
        boolean whole = STEPS.entrySet().stream().allMatch(metric -> {
            String value = metrics.getOrDefault(metric.getKey(), "");
            return value.length() == 1 && metric.getValue().contains(value);
        });
        return whole ? Optional.of(new Cvss4(metrics, scores()).score()) : Optional.empty();
    }

    /** A few milliseconds, and needed for few advisories: it is not kept. */
    private static Map<String, Double> scores() {
        Map<String, Double> scores = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(Cvss4.class.getResourceAsStream(SCORES), SCORES);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    int space = line.indexOf(' ');
                    scores.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
                }
            }
        } catch (IOException ownResource) {
            throw new UncheckedIOException(ownResource);
        }
        return scores;
    }

    private double score() {
        boolean harmless =
                Stream.of(OWN_IMPACT, FURTHER_IMPACT).flatMap(List::stream).allMatch(metric -> is(metric, "N"));
        if (harmless) {
            return 0;
        }
        Classes found = classes();
        double score = scoreOf(found).orElse(0.0);
        double drops = 0;
        int lower = 0;
        for (Way way : ways(found)) {
            OptionalDouble next = way.next().stream()
                    .flatMapToDouble(classes -> scoreOf(classes).stream())
                    .max();
            if (next.isPresent()) {
                lower++;
                drops += (score - next.getAsDouble()) * way.steps() / way.depth();
            }
        }
        double exact = lower == 0 ? score : score - drops / lower;
        // The specification rounds half up, and sums of tenths are not quite what they should be in binary.
        return Math.clamp(Math.floor(exact * 10 + 0.5 + 1e-5) / 10, 0.0, 10.0);
    }

    /** The class of a vector in each equivalence set, EQ1 to EQ6; EQ3 and EQ6 only go together. */
    private record Classes(int reach, int effort, int own, int further, int maturity, int asset) {
        String key() {
            return "" + reach + effort + own + further + maturity + asset;
        }
    }

    /**
     * One equivalence set, and how far the vector is on its way from the worst vector of its class to the next class.
     *
     * @param next of several the worst counts
     * @param depth steps from the worst to the mildest vector of the class
     */
    private record Way(List<Classes> next, int steps, int depth) {}

    private List<Way> ways(Classes at) {
        List<Classes> afterImpact = switch (at.own) {
            case 0 ->
                List.of(
                        new Classes(at.reach, at.effort, 0, at.further, at.maturity, 1),
                        new Classes(at.reach, at.effort, 1, at.further, at.maturity, 0));
            case 1 -> List.of(new Classes(at.reach, at.effort, 1, at.further, at.maturity, 1));
            default -> List.of();
        };
        return List.of(
                new Way(
                        List.of(new Classes(at.reach + 1, at.effort, at.own, at.further, at.maturity, at.asset)),
                        steps(REACH) - List.of(0, 1, 3).get(at.reach),
                        List.of(1, 4, 5).get(at.reach)),
                new Way(
                        List.of(new Classes(at.reach, at.effort + 1, at.own, at.further, at.maturity, at.asset)),
                        steps(EFFORT) - at.effort,
                        List.of(1, 2).get(at.effort)),
                new Way(
                        afterImpact,
                        steps(OWN_IMPACT) - List.of(0, 1, 3).get(at.own),
                        List.of(7, 8, 10).get(at.own)),
                new Way(
                        List.of(new Classes(at.reach, at.effort, at.own, at.further + 1, at.maturity, at.asset)),
                        steps(FURTHER_IMPACT) - List.of(0, 0, 3).get(at.further),
                        List.of(6, 5, 4).get(at.further)),
                new Way(
                        List.of(new Classes(at.reach, at.effort, at.own, at.further, at.maturity + 1, at.asset)),
                        0,
                        1));
    }

    private Classes classes() {
        long open = REACH.stream().filter(metric -> is(metric, "N")).count();
        int reach = open == REACH.size() ? 0 : open > 0 && !is("AV", "P") ? 1 : 2;
        int effort = is("AC", "L") && is("AT", "N") ? 0 : 1;
        int own = is("VC", "H") && is("VI", "H") ? 0 : OWN_IMPACT.stream().anyMatch(metric -> is(metric, "H")) ? 1 : 2;
        int further = FURTHER_IMPACT.stream().anyMatch(metric -> is(metric, "H")) ? 1 : 2;
        int maturity = is("E", "P") ? 1 : is("E", "U") ? 2 : 0;
        // Every asset counts as a valuable one where nobody says otherwise.
        return new Classes(reach, effort, own, further, maturity, own == 2 ? 1 : 0);
    }

    private OptionalDouble scoreOf(Classes classes) {
        Double score = scores.get(classes.key());
        return score == null ? OptionalDouble.empty() : OptionalDouble.of(score);
    }

    private boolean is(String metric, String value) {
        return value.equals(metrics.get(metric));
    }

    private int steps(List<String> names) {
        return names.stream()
                .mapToInt(name -> STEPS.getOrDefault(name, "").indexOf(metrics.getOrDefault(name, "")))
                .sum();
    }
}
