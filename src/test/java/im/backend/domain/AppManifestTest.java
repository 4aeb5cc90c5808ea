package im.backend.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class AppManifestTest {
    private static final EnvName GREETING = new EnvName("GREETING");

    @Test
    void trafficIsSwitchedWithoutAGapByDefault() {
        assertThat(AppManifest.defaults().strategy()).isEqualTo(AppManifest.Strategy.BLUE_GREEN);
    }

    @Test
    void aVolumeOfOneWriterIsNeverGivenToTwo() {
        assertThat(with(Optional.empty(), volume(false)).strategy()).isEqualTo(AppManifest.Strategy.RECREATE);
        assertThat(with(Optional.empty(), volume(true)).strategy()).isEqualTo(AppManifest.Strategy.BLUE_GREEN);
        assertThat(with(Optional.empty(), volume(true), volume(false)).strategy())
                .isEqualTo(AppManifest.Strategy.RECREATE);
    }

    @Test
    void aStrategyThatIsWrittenDownWins() {
        assertThat(with(Optional.of(AppManifest.Strategy.RECREATE)).strategy())
                .isEqualTo(AppManifest.Strategy.RECREATE);
        assertThat(with(Optional.of(AppManifest.Strategy.BLUE_GREEN), volume(false))
                        .strategy())
                .isEqualTo(AppManifest.Strategy.BLUE_GREEN);
    }

    @Test
    void furtherEnvWinsOverItsOwn() {
        AppManifest own = AppManifest.defaults()
                .withEnv(Map.of(GREETING, new EnvValue.Literal("own"), new EnvName("A"), new EnvValue.Literal("1")));

        AppManifest merged = own.withEnv(Map.of(GREETING, new EnvValue.Literal("set later")));

        assertThat(merged.env())
                .containsExactly(
                        Map.entry(new EnvName("A"), new EnvValue.Literal("1")),
                        Map.entry(GREETING, new EnvValue.Literal("set later")));
        assertThat(own.env()).containsEntry(GREETING, new EnvValue.Literal("own"));
    }

    @Test
    void scalingChangesNothingElse() {
        AppManifest scaled = AppManifest.defaults().withScaling(new AppManifest.Scaling(3, 3));

        assertThat(scaled.scaling()).isEqualTo(new AppManifest.Scaling(3, 3));
        assertThat(scaled.withScaling(AppManifest.Scaling.DEFAULT)).isEqualTo(AppManifest.defaults());
    }

    private static AppManifest.VolumeClaim volume(boolean shared) {
        return new AppManifest.VolumeClaim("data" + shared, "/data/" + shared, 1L << 30, shared);
    }

    private static AppManifest with(Optional<AppManifest.Strategy> strategy, AppManifest.VolumeClaim... volumes) {
        return new AppManifest(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                AppManifest.Resources.DEFAULT,
                AppManifest.Scaling.DEFAULT,
                Optional.empty(),
                AppManifest.HealthCheck.DEFAULT,
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                List.of(volumes),
                AppManifest.Build.DEFAULT,
                Optional.empty(),
                new AppManifest.Rollout(strategy, Duration.ofSeconds(30)));
    }
}
