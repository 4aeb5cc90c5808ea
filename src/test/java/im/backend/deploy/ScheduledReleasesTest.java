package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Deployment;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Sickness;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose scheduled commands are run, and when that changes. */
class ScheduledReleasesTest {
    private static final String REPORT = QUICK_HEALTH + "cron: [{schedule: '@daily', command: run a, name: report}]\n";
    private static final String RECREATED = REPORT + "deploy: {strategy: recreate}\n";

    @AutoClose
    private final TestPlatform platform;

    ScheduledReleasesTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
    }

    @Test
    void theCommandsOfTheReleaseWithTheTrafficAreRun() {
        Deployment first = platform.deploy(REPORT, "one");
        assertThat(wanted()).containsExactly(first.id() + " cron.report");
        assertThat(platform.engine().operations().state(ADMIN, "shop").scheduled())
                .singleElement()
                .satisfies(state -> assertThat(state.schedule().text()).isEqualTo("@daily"));

        Deployment second = platform.deploy(REPORT, "two");
        assertThat(wanted()).containsExactly(second.id() + " cron.report");

        platform.deploy("three");
        assertThat(wanted()).isEmpty();
    }

    @Test
    void aSickReleaseLeavesThoseOfTheOldOneAlone() {
        Deployment good = platform.deploy(REPORT, "good");
        List<String> before = platform.schedules.calls();
        platform.orchestrator.nextStarts(Sickness.EXITS_AT_ONCE);

        platform.failure(platform.submit(REPORT, "sick"));

        assertThat(wanted()).containsExactly(good.id() + " cron.report");
        assertThat(platform.schedules.calls()).isEqualTo(before);
    }

    @Test
    void theyEndWithAReleaseThatIsStoppedFirstAndComeBackWithIt() {
        Deployment good = platform.deploy(RECREATED, "good");
        platform.orchestrator.nextStarts(Sickness.EXITS_AT_ONCE);

        platform.failure(platform.submit(RECREATED, "sick"));
        platform.awaitOnly(good);

        assertThat(wanted()).containsExactly(good.id() + " cron.report");
        assertThat(platform.schedules.calls()).endsWith("[]", "[report]");
    }

    @Test
    void aRollbackBringsThoseOfTheOldReleaseBack() {
        platform.deploy(REPORT, "one");
        platform.deploy("two");

        Deployment back = platform.ended(platform.engine().releases().rollback(ADMIN, "shop"));

        assertThat(wanted()).containsExactly(back.id() + " cron.report");
    }

    @Test
    void aStoppedProjectRunsNoneAlsoAfterARestart() {
        platform.deploy(REPORT, "one");

        platform.engine().operations().stop(ADMIN, "shop");
        assertThat(wanted()).isEmpty();

        platform.restart(UnaryOperator.identity());
        assertThat(wanted()).isEmpty();
    }

    @Test
    void aRestartOfTheServerAsksForThemAgain() {
        Deployment live = platform.deploy(REPORT, "one");
        platform.schedules.replace(SHOP, List.of());

        platform.restart(UnaryOperator.identity());

        assertThat(wanted()).containsExactly(live.id() + " cron.report");
    }

    private List<String> wanted() {
        return platform.schedules.wanted(SHOP).stream()
                .map(ScheduledWorkload::workload)
                .map(workload ->
                        workload.key().deployment() + " " + workload.key().process())
                .toList();
    }
}
