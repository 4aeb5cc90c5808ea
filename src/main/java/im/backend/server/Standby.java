package im.backend.server;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.config.ServerConfig;
import im.backend.election.LeaderElection;
import im.backend.election.LeaseTerms;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.server.edge.EdgeLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;

/**
 * One of several servers on one data folder, until its turn comes (ADR 0029): it says on the platform's port who leads, waits
 * for the Lease and then for the folder.
 */
final class Standby {
    private static final System.Logger LOG = System.getLogger(Standby.class.getName());
    /** Well within the time to renew, so that a second attempt is possible. */
    private static final Duration CALL_MAX = Duration.ofSeconds(3);

    private static final Duration FOLDER_LOOK = Duration.ofMillis(500);
    private static final int SUFFIX_BYTES = 4;
    private static final char SUFFIX = '_';

    private final ServerConfig config;
    private final LeaderElection election;
    private volatile boolean leads;

    private Standby(ServerConfig config, LeaderElection election) {
        this.config = config;
        this.election = election;
    }

    /** @param lost is run when this server led and must end at once */
    static Standby open(
            ServerConfig config, String lease, ClusterSettings settings, Clock clock, Runnable lost, Closing closing) {
        Cluster cluster = Cluster.open(settings.withCallTimeout(CALL_MAX).withPatience(Duration.ZERO));
        closing.add("cluster of the election", cluster);
        int slash = lease.indexOf('/');
        Address address = Address.in(lease.substring(0, slash), lease.substring(slash + 1));
        LeaderElection election =
                new LeaderElection(cluster, address, identity(config), LeaseTerms.DEFAULT, clock, lost);
        closing.add("leader election", election);
        return new Standby(config, election);
    }

    /** Returns when this server leads and has the folder; what answers until the platform does is still open then. */
    StandbyListener awaitTurn(DataFolder data, Closing closing) {
        StandbyListener listener = new StandbyListener(
                config.server().host(), config.server().port(), EdgeLimits.defaults(), this::detail);
        listener.start();
        closing.add("standby", listener);
        election.start();
        LOG.log(System.Logger.Level.INFO, "standing by at {0}", listener.address());
        try {
            if (!election.awaitLeadership()) {
                throw stopping();
            }
            leads = true;
            takeFolder(data);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw stopping();
        }
        return listener;
    }

    /** A leader that hangs may still have it; the folder is never shared. */
    private void takeFolder(DataFolder data) throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                data.start();
                return;
            } catch (ProblemException refused) {
                if (!refused.problem().slug().equals(DataFolder.IN_USE)) {
                    throw refused;
                }
                if (!told) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "waiting: {0}",
                            refused.problem().detail());
                }
                told = true;
            }
            Thread.sleep(FOLDER_LOOK);
        }
    }

    private String detail() {
        if (leads) {
            return "This server is taking over and will answer when the apps are looked after.";
        }
        String leader = election.holder().map(Standby::address).orElse("none is chosen yet");
        return "This server stands by. The one that leads: " + leader + ".";
    }

    /** What is before the suffix, without a character that would have to be escaped. */
    private static String address(String identity) {
        int end = identity.lastIndexOf(SUFFIX);
        return (end < 0 ? identity : identity.substring(0, end)).replaceAll("[^A-Za-z0-9.:_-]", "?");
    }

    /** Where people find this server, and a word that no other process of it has. */
    private static String identity(ServerConfig config) {
        byte[] suffix = new byte[SUFFIX_BYTES];
        new SecureRandom().nextBytes(suffix);
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            name = config.server().host();
        }
        return name + ":" + config.server().port() + SUFFIX + HexFormat.of().formatHex(suffix);
    }

    private static RuntimeException stopping() {
        return new Problem.Unavailable("interrupted", "The server is stopping.", Duration.ofSeconds(5)).asException();
    }
}
