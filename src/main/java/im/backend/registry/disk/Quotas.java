package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.registry.RepositoryName;
import im.backend.registry.disk.shelf.RepositoryTree;
import im.backend.registry.disk.shelf.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bytes that each project holds. They are counted from the links when first asked for, and kept up from then on; after a
 * collection they are counted anew.
 */
final class Quotas {
    private static final long UNKNOWN = -1;

    private final long bytesMax;
    private final RepositoryTree tree;
    private final Shelf shelf;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();

    Quotas(long bytesMax, RepositoryTree tree, Shelf shelf) {
        this.bytesMax = bytesMax;
        this.tree = tree;
        this.shelf = shelf;
    }

    private static final class Account {
        private long usedBytes = UNKNOWN;
    }

    /** Makes one more link. */
    @FunctionalInterface
    interface Linking {
        void make() throws IOException;
    }

    /** Fails with Forbidden {@code denied} when so many bytes more would be too many. */
    void requireRoom(RepositoryName repository, long moreBytes) throws IOException {
        Account account = account(repository);
        synchronized (account) {
            require(repository, used(account, repository), moreBytes);
        }
    }

    /** Links what the repository does not hold yet, when there is room; fails as {@link #requireRoom}. */
    void charge(RepositoryName repository, Path link, long bytes, Linking linking) throws IOException {
        Account account = account(repository);
        synchronized (account) {
            long used = used(account, repository);
            boolean held = Files.exists(link);
            if (!held) {
                require(repository, used, bytes);
            }
            linking.make();
            account.usedBytes = used + (held ? 0 : bytes);
        }
    }

    void forget(RepositoryName repository) {
        Account account = account(repository);
        synchronized (account) {
            account.usedBytes = UNKNOWN;
        }
    }

    private Account account(RepositoryName repository) {
        return accounts.computeIfAbsent(repository.project(), _ -> new Account());
    }

    private long used(Account account, RepositoryName repository) throws IOException {
        if (account.usedBytes == UNKNOWN) {
            long sum = 0;
            for (RepositoryName one : tree.below(repository.project())) {
                for (Digest digest : tree.held(one)) {
                    sum += shelf.sizeOrZero(digest);
                }
            }
            account.usedBytes = sum;
        }
        return account.usedBytes;
    }

    private void require(RepositoryName repository, long used, long more) {
        if (more > bytesMax - used) {
            throw new Problem.Forbidden(
                            "denied",
                            "The repositories of " + repository.project() + " hold " + (used >> 20)
                                    + " MiB and may hold " + (bytesMax >> 20)
                                    + " MiB (registry.quota). Delete images that are not needed.")
                    .asException();
        }
    }
}
