package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Hostname;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Sickness;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeployPipelineTest {
    private static final List<DeploymentStatus> ALL_TO_COMPLETE = Arrays.stream(DeploymentStatus.values())
            .filter(status -> status != DeploymentStatus.FAILED)
            .toList();
    private static final String VOLUME = "volumes: [{name: data, path: /data, size: 1Gi}]\n";

    @AutoClose
    private final TestPlatform platform;

    DeployPipelineTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
    }

    @Test
    void aDeploymentPassesTheStatusesInOrderOnceEach() {
        Deployment deployment = platform.deploy("one");

        assertThat(platform.statuses(deployment)).isEqualTo(ALL_TO_COMPLETE);
        assertThat(deployment.version()).contains(new ReleaseVersion(1));
        assertThat(deployment.url()).map(Object::toString).contains("http://shop.localhost:8000");
        assertThat(platform.project().live()).contains(new ReleaseVersion(1));
    }

    @Test
    void theStatusesAreToldInTheSeedsWords() {
        Deployment deployment = platform.deploy("one");
        String commit = deployment.commit().shortForm();

        assertThat(platform.events(deployment))
                .flatExtracting(event -> switch (event.event()) {
                    case DeploymentEvent.Entered entered -> entered.logs();
                    case DeploymentEvent.Completed completed -> completed.logs();
                    default -> List.of();
                })
                .contains(
                        "📦 Committing files to repository (commit: " + commit + ")",
                        "🏗️ Creating namespace: admin-shop-" + commit,
                        "✅ Deployment complete!");
    }

    @Test
    void everyHostOfTheProjectAnswersWithTheNewRelease() {
        Deployment deployment = platform.deploy("one");
        String commit = deployment.commit().shortForm();

        for (String host : List.of("shop.localhost", "shop-admin.localhost", commit + ".localhost")) {
            assertThat(platform.answer(host)).isEqualTo("admin-shop-" + commit);
        }
    }

    @Test
    void theNextReleaseTakesOverAndTheOldOneIsRemoved() {
        Deployment first = platform.deploy("one");
        Deployment second = platform.deploy("two");

        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(second.releaseName().toString());
        assertThat(platform.answer(first.commit().shortForm() + ".localhost")).isEqualTo("no route");
        assertThat(second.version()).contains(new ReleaseVersion(2));
    }

    @Test
    void theSameSourceAgainIsTheSameCommitAndReplacesItsInstances() {
        Deployment first = platform.deploy("one");
        Deployment again = platform.deploy("one");

        assertThat(again.commit()).isEqualTo(first.commit());
        assertThat(again.version()).contains(new ReleaseVersion(2));
        assertThat(platform.answer(again.commit().shortForm() + ".localhost"))
                .isEqualTo(again.releaseName().toString());
    }

    @ParameterizedTest
    @EnumSource(
            value = Sickness.class,
            names = {"NONE", "SLOW_START"},
            mode = EnumSource.Mode.EXCLUDE)
    void aSickReleaseFailsAndTheOldOneServesOn(Sickness sickness) {
        Deployment good = platform.deploy("good");
        platform.orchestrator.nextStarts(sickness);

        DeploymentEvent.Failed failure = platform.failure(platform.submit("sick"));

        assertThat(failure.code())
                .isEqualTo(
                        switch (sickness) {
                            case NEVER_LISTENS -> "timeout";
                            case ANSWERS_500 -> "health-check-failed";
                            case EXITS_AT_ONCE -> "app-exited";
                            case OUT_OF_MEMORY -> "out-of-memory";
                            case WRONG_PORT -> "wrong-port";
                            case CANNOT_START -> "start-failed";
                            case NONE, SLOW_START -> "none";
                        });
        assertThat(failure.fix()).isNotBlank();
        assertThat(failure.stage())
                .isEqualTo(
                        sickness == Sickness.CANNOT_START ? DeploymentStatus.DEPLOYING : DeploymentStatus.HEALTH_CHECK);
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(good.releaseName().toString());
        platform.awaitOnly(good);
        assertThat(platform.project().live()).contains(new ReleaseVersion(1));
    }

    @Test
    void theEvidenceOfASickReleaseIsWhatItWrote() {
        platform.orchestrator.nextStarts(Sickness.EXITS_AT_ONCE);

        assertThat(platform.failure(platform.submit("sick")).evidence()).contains("sick: EXITS_AT_ONCE");
    }

    @Test
    void aSlowAppIsWaitedFor() {
        platform.orchestrator.nextStarts(Sickness.SLOW_START);

        assertThat(platform.ended(platform.submit("healthcheck: {deadline: 10s}\n", "slow"))
                        .status())
                .isEqualTo(DeploymentStatus.COMPLETE);
    }

    @Test
    void aFailedBuildLeavesNothingBehind() {
        platform.images.failNext(
                new Problem.StageFailed("build-failed", "pip ended with 1.", "Pin it.", List.of("no such package")));

        Deployment deployment = platform.submit("one");
        DeploymentEvent.Failed failure = platform.failure(deployment);

        assertThat(failure.stage()).isEqualTo(DeploymentStatus.BUILDING);
        assertThat(failure.code()).isEqualTo("build-failed");
        assertThat(failure.evidence()).containsExactly("no such package");
        assertThat(platform.orchestrator.namespaces()).isEmpty();
        assertThat(platform.project().live()).isEmpty();
        assertThat(platform.statuses(deployment))
                .endsWith(DeploymentStatus.BUILDING, DeploymentStatus.FAILED)
                .doesNotContain(DeploymentStatus.DEPLOYING);
    }

    @Test
    void aFailureOfTheSameCommitLeavesItsLiveNamespaceAlone() {
        Deployment good = platform.deploy("one");
        platform.orchestrator.nextStarts(Sickness.EXITS_AT_ONCE);

        assertThat(platform.failure(platform.submit("one")).code()).isEqualTo("app-exited");

        assertThat(platform.orchestrator.namespaces()).containsExactly(good.releaseName());
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(good.releaseName().toString());
    }

    @Test
    void theReleaseCommandRunsBeforeTheAppStartsAndSaysSo() {
        Deployment deployment = platform.deploy(QUICK_HEALTH + "release: python migrate.py\n", "one");

        assertThat(platform.oneOff.runs()).singleElement().satisfies(run -> {
            assertThat(run.environment()).containsEntry("RELEASE_COMMAND", new SecretValue("1"));
            assertThat(run.key().deployment()).isEqualTo(deployment.id());
        });
        assertThat(platform.output(deployment)).contains("ran python migrate.py");
    }

    @Test
    void whatTheAppWritesWhileItStartsIsPartOfTheDeploymentsLog() {
        Deployment deployment = platform.deploy(QUICK_HEALTH, "one");

        assertThat(platform.output(deployment)).anyMatch(line -> line.startsWith("web.0 | started "));
    }

    @Test
    void aFailedReleaseCommandEndsTheDeploymentBeforeAnythingStarts() {
        platform.oneOff.nextExits(new Exit(3, false));

        DeploymentEvent.Failed failure =
                platform.failure(platform.submit(QUICK_HEALTH + "release: python migrate.py\n", "one"));

        assertThat(failure.code()).isEqualTo("release-failed");
        assertThat(failure.detail()).contains("python migrate.py").contains("exit code 3");
        assertThat(failure.evidence()).contains("ran python migrate.py");
        assertThat(platform.orchestrator.starts()).isZero();
    }

    @Test
    void aVolumeThatIsNotSharedIsNeverWrittenByTwoReleases() {
        platform.deploy(QUICK_HEALTH + VOLUME, "one");
        Deployment second = platform.submit(QUICK_HEALTH + VOLUME, "two");

        platform.ended(second);

        assertThat(platform.output(second)).anyMatch(line -> line.contains("expect a gap"));
        assertThat(platform.runningDeployments()).containsExactly(second.id());
    }

    @Test
    void aFailedRecreateStartsTheOldReleaseAgain() {
        Deployment good = platform.deploy(QUICK_HEALTH + VOLUME, "one");
        platform.orchestrator.nextStarts(Sickness.EXITS_AT_ONCE);

        platform.failure(platform.submit(QUICK_HEALTH + VOLUME, "sick"));

        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(good.releaseName().toString());
        platform.awaitOnly(good);
    }

    @Test
    void replicasAndWorkersAreStartedAndAllWebInstancesGetTraffic() {
        platform.deploy(QUICK_HEALTH + "scaling: {min: 3, max: 3}\nprocesses: {worker: python worker.py}\n", "one");

        assertThat(platform.workloads())
                .hasSize(4)
                .extracting(workload -> workload.key().process())
                .containsOnly("web", "worker");
        assertThat(platform.router.endpoints(new Hostname("shop.localhost"))).hasSize(3);
    }

    @Test
    void secretsReachTheAppAndNothingElse() {
        platform.deploy("one");
        platform.secrets.put(SHOP, new SecretName("db_url"), new SecretValue("hunter2-hunter2"));
        platform.orchestrator.nextStarts(Sickness.NONE);

        Deployment deployment =
                platform.deploy(QUICK_HEALTH + "env: [DATABASE_URL=secret:db_url, TOLD=hunter2-hunter2]\n", "two");

        assertThat(platform.workloads())
                .singleElement()
                .satisfies(workload -> assertThat(workload.environment())
                        .containsEntry("DATABASE_URL", new SecretValue("hunter2-hunter2"))
                        .containsEntry("BACKENDIM_RELEASE", new SecretValue("v2"))
                        .containsEntry("BACKENDIM_PROJECT_ID", new SecretValue("admin-shop")));
        assertThat(platform.events(deployment).toString()).doesNotContain("hunter2");
        assertThat(platform.releases.latest(SHOP).orElseThrow().secretVersions())
                .containsEntry(new SecretName("db_url"), 1);
    }

    @Test
    void outputAndEvidenceAreRedacted() {
        platform.deploy("one");
        platform.secrets.put(SHOP, new SecretName("db_url"), new SecretValue("hunter2-hunter2"));
        platform.oneOff.nextExits(new Exit(1, false));

        Deployment deployment = platform.submit(
                QUICK_HEALTH + "env: [DATABASE_URL=secret:db_url]\nrelease: migrate --to hunter2-hunter2\n", "two");

        DeploymentEvent.Failed failure = platform.failure(deployment);
        assertThat(failure.evidence()).containsExactly("ran migrate --to ***");
        assertThat(platform.output(deployment).toString() + failure).doesNotContain("hunter2");
    }

    @Test
    void anAbsentSecretIsRefusedAtOnceByName() {
        assertThatThrownBy(() -> platform.submit("env: [DATABASE_URL=secret:db_url]\n", "one"))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem().slug()).isEqualTo("secret-missing");
                    assertThat(refused.problem().detail()).contains("db_url").contains("secret set");
                });
    }

    @Test
    void aRollbackPutsImageConfigAndSecretVersionsLiveAgainWithoutABuild() {
        platform.deploy("zero");
        platform.secrets.put(SHOP, new SecretName("db_url"), new SecretValue("old-password"));
        Deployment old = platform.deploy(QUICK_HEALTH + "env: [DATABASE_URL=secret:db_url, GREETING=old]\n", "one");
        platform.secrets.put(SHOP, new SecretName("db_url"), new SecretValue("new-password"));
        platform.deploy(QUICK_HEALTH + "env: [DATABASE_URL=secret:db_url, GREETING=new]\n", "two");
        int builds = platform.images.builds();

        Deployment rollback = platform.ended(platform.engine().releases().rollback(ADMIN, "shop"));

        assertThat(platform.statuses(rollback)).isEqualTo(ALL_TO_COMPLETE);
        assertThat(rollback.version()).contains(new ReleaseVersion(4));
        assertThat(rollback.commit()).isEqualTo(old.commit());
        platform.awaitOnly(rollback);
        assertThat(platform.workloads())
                .singleElement()
                .satisfies(workload -> assertThat(workload.environment())
                        .containsEntry("DATABASE_URL", new SecretValue("old-password"))
                        .containsEntry("GREETING", new SecretValue("old")));
        assertThat(platform.images.builds()).isEqualTo(builds);
    }

    @Test
    void aReleaseThatIsNotKeptCanNotBeRolledBackTo() {
        platform.restartWith(new Hurried().releasesKept(2));
        for (int at = 1; at <= 4; at++) {
            platform.deploy("main " + at);
        }
        await().atMost(LONG)
                .until(() -> platform.releases.find(SHOP, new ReleaseVersion(1)).isEmpty());

        assertThatThrownBy(() -> platform.engine().releases().rollback(ADMIN, "shop", new ReleaseVersion(1)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem()).isInstanceOf(Problem.Gone.class));
        assertThatThrownBy(() -> platform.engine().releases().rollback(ADMIN, "shop", new ReleaseVersion(9)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem()).isInstanceOf(Problem.NotFound.class));
    }

    @Test
    void aLongRequestToTheOldReleaseDoesNotHoldUpTheNextDeployment() throws Exception {
        Deployment first = platform.deploy("one");
        try (AutoCloseable stream = platform.router.openRequest(new Hostname("shop.localhost"))) {
            assertThat(stream).isNotNull();
            Deployment second = platform.ended(platform.submit("two"));
            Deployment third = platform.ended(platform.submit("three"));

            assertThat(second.status()).isEqualTo(DeploymentStatus.COMPLETE);
            assertThat(third.status()).isEqualTo(DeploymentStatus.COMPLETE);
            // With the second one goes all that nobody needs, and the first one is needed.
            await().until(() -> !platform.orchestrator.namespaces().contains(second.releaseName()));
            assertThat(platform.runningDeployments()).contains(first.id(), third.id());
        }
        Deployment last = platform.log.list(SHOP, Instant.MAX, 1).getFirst();
        platform.awaitOnly(last);
    }

    @Test
    void aProjectDeletedWhileItIsDeployedLeavesNothing() {
        for (int at = 0; at < 20; at++) {
            Deployment deployment = platform.submit("main " + at);
            if (at % 3 == 0) {
                platform.ended(deployment);
            }
            platform.engine().lifecycle().delete(platform.project());

            assertThat(platform.workloads()).isEmpty();
            assertThat(platform.orchestrator.namespaces()).isEmpty();
            assertThat(platform.answer("shop.localhost")).isEqualTo("no route");
            assertThat(platform.projects.find(SHOP)).isEmpty();
            assertThat(platform.source.head(SHOP)).isEmpty();
        }
    }
}
