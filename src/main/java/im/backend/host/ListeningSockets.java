package im.backend.host;

import im.backend.domain.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who listens where: sockets of /proc/net/tcp matched by inode with the open files of processes. About 30 ms, because the
 * kernel walks its whole table: for explaining a late app, not for polling.
 */
final class ListeningSockets {
    private static final String LISTEN = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private ListeningSockets() {}

    /** In no particular order, each once. */
    static Set<Endpoint> of(Collection<Long> pids) {
        Map<String, Endpoint> byInode = new HashMap<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            read(Path.of(table), byInode);
        }
        Set<Endpoint> found = new HashSet<>();
        for (long pid : pids) {
            for (String inode : socketsOf(pid)) {
                Endpoint endpoint = byInode.get(inode);
                if (endpoint != null) {
                    found.add(endpoint);
                }
            }
        }
        return Set.copyOf(found);
    }

    private static void read(Path table, Map<String, Endpoint> byInode) {
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > INODE && fields[STATE].equals(LISTEN)) {
                    byInode.put(fields[INODE], endpoint(fields[LOCAL_ADDRESS]));
                }
            }
        } catch (IOException noSuchProtocol) {
            return;
        }
    }

    /** {@code 0100007F:1F90}: words of four bytes, each in the byte order of the machine. */
    static Endpoint endpoint(String hexadecimal) {
        int colon = hexadecimal.indexOf(':');
        byte[] address = HexFormat.of().parseHex(hexadecimal.substring(0, colon));
        for (int word = 0; word < address.length; word += 4) {
            swap(address, word, word + 3);
            swap(address, word + 1, word + 2);
        }
        int port = Integer.parseInt(hexadecimal.substring(colon + 1), 16);
        try {
            return new Endpoint(InetAddress.getByAddress(address).getHostAddress(), port);
        } catch (UnknownHostException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void swap(byte[] bytes, int one, int other) {
        byte kept = bytes[one];
        bytes[one] = bytes[other];
        bytes[other] = kept;
    }

    private static List<String> socketsOf(long pid) {
        List<String> inodes = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                inodeOf(file).ifPresent(inodes::add);
            }
        } catch (IOException | DirectoryIteratorException ended) {
            return inodes;
        }
        return inodes;
    }

    private static Optional<String> inodeOf(Path openFile) {
        try {
            String target = Files.readSymbolicLink(openFile).toString();
            return target.startsWith("socket:[")
                    ? Optional.of(target.substring("socket:[".length(), target.length() - 1))
                    : Optional.empty();
        } catch (IOException closedMeanwhile) {
            return Optional.empty();
        }
    }
}
