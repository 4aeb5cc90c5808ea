package im.backend.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link ProjectStore} must do. */
public abstract class ProjectStoreContract {
    private static final ProjectStore.Owner ANYONE = new ProjectStore.Owner.Anyone();

    protected final SettableClock clock = new SettableClock();
    private Stores stores;
    private ProjectStore projects;

    /** Empty ones, whose time is {@link #clock}. */
    protected abstract Stores open();

    @BeforeEach
    void openStores() {
        stores = open();
        projects = stores.projects();
    }

    @Test
    void aCreatedProjectIsFound() {
        Project created = projects.create(StoreSamples.SHOP);

        assertThat(projects.find(StoreSamples.SHOP)).contains(created);
        assertThat(created.createdAt()).isEqualTo(clock.instant());
        assertThat(created.live()).isEmpty();
    }

    @Test
    void anUnknownProjectIsNotFound() {
        assertThat(projects.find(StoreSamples.SHOP)).isEmpty();
        assertThat(projects.env(StoreSamples.SHOP)).isEmpty();
        assertThat(projects.replicas(StoreSamples.SHOP)).isEmpty();
    }

    @Test
    void aTakenNameIsRefused() {
        Project first = projects.create(StoreSamples.SHOP);

        assertThatThrownBy(() -> projects.create(StoreSamples.SHOP))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem()).isInstanceOf(Problem.Conflict.class);
                    assertThat(refused.problem().slug()).isEqualTo("name-taken");
                });
        assertThat(projects.find(StoreSamples.SHOP)).contains(first);
    }

    @Test
    void noTwoProjectsShareAUidOffset() {
        List<Integer> offsets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            offsets.add(projects.create(new ProjectId("admin-p" + i)).uidOffset());
        }

        assertThat(offsets).doesNotHaveDuplicates().allMatch(offset -> offset > 0);
    }

    @Test
    void aDeletedProjectsUidOffsetIsNeverGivenAgain() {
        int first = projects.create(StoreSamples.SHOP).uidOffset();
        projects.delete(StoreSamples.SHOP);

        assertThat(projects.create(StoreSamples.BLOG).uidOffset()).isNotEqualTo(first);
        assertThat(projects.create(StoreSamples.SHOP).uidOffset()).isNotEqualTo(first);
    }

    @Test
    void aNameIsTakenOnceWhenManyAskAtOnce() throws Exception {
        List<Callable<Boolean>> attempts = Collections.nCopies(8, () -> {
            try {
                projects.create(StoreSamples.SHOP);
                return true;
            } catch (ProblemException taken) {
                assertThat(taken.problem().slug()).isEqualTo("name-taken");
                return false;
            }
        });

        int created = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
                created += attempt.get() ? 1 : 0;
            }
        }

        assertThat(created).isOne();
    }

    @Test
    void listsAreSortedAndPaged() {
        List.of("admin-c", "admin-a", "bob-x", "admin-b-2", "admin-b")
                .forEach(id -> projects.create(new ProjectId(id)));

        assertThat(projects.list(ANYONE, "", 3))
                .extracting(project -> project.id().value())
                .containsExactly("admin-a", "admin-b", "admin-b-2");
        assertThat(projects.list(ANYONE, "admin-b-2", 10))
                .extracting(project -> project.id().value())
                .containsExactly("admin-c", "bob-x");
    }

    @Test
    void anOwnersListHasOnlyTheirProjects() {
        List.of("admin-c", "bob-x", "bob-a", "bobby-a").forEach(id -> projects.create(new ProjectId(id)));

        ProjectStore.Owner bob = new ProjectStore.Owner.User(new UserName("bob"));

        assertThat(projects.list(bob, "", 10))
                .extracting(project -> project.id().value())
                .containsExactly("bob-a", "bob-x");
        assertThat(projects.list(bob, "bob-a", 10))
                .extracting(project -> project.id().value())
                .containsExactly("bob-x");
    }

    @Test
    void envIsPutReplacedAndRemoved() {
        EnvName greeting = new EnvName("GREETING");
        EnvName database = new EnvName("DATABASE_URL");
        projects.create(StoreSamples.SHOP);
        projects.changeEnv(
                StoreSamples.SHOP,
                Map.of(
                        greeting,
                        new EnvValue.Literal("secret:looks-like-one\n\"ü\""),
                        database,
                        new EnvValue.Secret(new SecretName("db_url")),
                        new EnvName("OLD"),
                        new EnvValue.Literal("")),
                List.of());

        projects.changeEnv(
                StoreSamples.SHOP,
                Map.of(database, new EnvValue.Literal("plain")),
                List.of(new EnvName("OLD"), new EnvName("NEVER_SET")));

        assertThat(projects.env(StoreSamples.SHOP))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        greeting, new EnvValue.Literal("secret:looks-like-one\n\"ü\""),
                        database, new EnvValue.Literal("plain")));
        assertThat(projects.env(StoreSamples.BLOG)).isEmpty();
    }

    @Test
    void theLongestEnvValueIsKept() {
        EnvName name = new EnvName("LONG");
        EnvValue longest = new EnvValue.Literal("x".repeat(EnvValue.BYTES_MAX));
        projects.create(StoreSamples.SHOP);

        projects.changeEnv(StoreSamples.SHOP, Map.of(name, longest), List.of());

        assertThat(projects.env(StoreSamples.SHOP)).containsEntry(name, longest);
    }

    @Test
    void replicasAreKept() {
        projects.create(StoreSamples.SHOP);

        projects.setReplicas(StoreSamples.SHOP, 3);

        assertThat(projects.replicas(StoreSamples.SHOP)).contains(3);
    }

    @Test
    void changesOfAnUnknownProjectAreNotFound() {
        List<Runnable> changes = List.of(
                () -> projects.changeEnv(StoreSamples.SHOP, Map.of(), List.of()),
                () -> projects.setReplicas(StoreSamples.SHOP, 2),
                () -> projects.markStopped(StoreSamples.SHOP));

        assertThat(changes)
                .allSatisfy(change -> assertThatThrownBy(change::run)
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                refused -> assertThat(refused.problem()).isInstanceOf(Problem.NotFound.class)));
    }

    @Test
    void aStoppedProjectHasNoLiveVersionAndKeepsItsReleases() {
        projects.create(StoreSamples.SHOP);
        var deployment = stores.deployments()
                .open(
                        StoreSamples.deployment(StoreSamples.SHOP, clock.instant()),
                        StoreSamples.QUEUED,
                        Optional.empty());
        stores.deployments().complete(StoreSamples.release(deployment, 1, Map.of()), StoreSamples.completed(1));

        projects.markStopped(StoreSamples.SHOP);

        assertThat(projects.find(StoreSamples.SHOP).orElseThrow().live()).isEmpty();
        assertThat(stores.releases().latest(StoreSamples.SHOP)).isPresent();
        assertThat(stores.releases().live()).isEmpty();
    }

    @Test
    void deletingRemovesAllThatHangsOnTheProject() {
        projects.create(StoreSamples.SHOP);
        projects.changeEnv(StoreSamples.SHOP, Map.of(new EnvName("A"), new EnvValue.Literal("1")), List.of());
        var deployment = stores.deployments()
                .open(
                        StoreSamples.deployment(StoreSamples.SHOP, clock.instant()),
                        StoreSamples.QUEUED,
                        Optional.empty());
        stores.deployments().complete(StoreSamples.release(deployment, 1, Map.of()), StoreSamples.completed(1));

        projects.delete(StoreSamples.SHOP);
        projects.create(StoreSamples.SHOP);

        assertThat(projects.env(StoreSamples.SHOP)).isEmpty();
        assertThat(projects.replicas(StoreSamples.SHOP)).isEmpty();
        assertThat(stores.releases().list(StoreSamples.SHOP, Integer.MAX_VALUE, 10))
                .isEmpty();
        assertThat(stores.deployments().find(deployment.id())).isEmpty();
        assertThat(stores.deployments().after(deployment.id(), 0, 10)).isEmpty();
    }

    @Test
    void deletingTwiceIsNoError() {
        projects.create(StoreSamples.SHOP);

        projects.delete(StoreSamples.SHOP);
        projects.delete(StoreSamples.SHOP);

        assertThat(projects.find(StoreSamples.SHOP)).isEmpty();
    }
}
