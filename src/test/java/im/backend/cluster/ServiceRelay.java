package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The address of a Service: passes each connection on to a pod of its selector that is ready now. */
final class ServiceRelay implements AutoCloseable {
    private final ObjectStore store;
    private final ObjectKey service;
    private final String address;
    private final List<ServerSocket> sockets = new ArrayList<>();
    private int turn;

    ServiceRelay(ObjectStore store, ObjectKey service, String address) {
        this.store = store;
        this.service = service;
        this.address = address;
    }

    ServiceRelay start() throws IOException {
        ObjectNode object = store.get(service).orElseThrow(() -> ApiError.notFound(service));
        for (JsonNode port : object.at("/spec/ports")) {
            ServerSocket socket = new ServerSocket(port.path("port").asInt(), 50, InetAddress.getByName(address));
            sockets.add(socket);
            String name = port.path("name").asText("");
            Thread.ofVirtual().start(() -> accept(socket, name));
        }
        return this;
    }

    @Override
    public void close() {
        sockets.forEach(socket -> {
            try {
                socket.close();
            } catch (IOException alreadyClosed) {
                // That is what was wanted.
            }
        });
    }

    private void accept(ServerSocket socket, String port) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> relay(client, port));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void relay(Socket client, String portName) {
        try (client;
                Socket pod = new Socket()) {
            InetSocketAddress target = target(portName);
            pod.connect(target, 2000);
            Thread back = Thread.ofVirtual().start(() -> pump(pod, client));
            pump(client, pod);
            back.join();
        } catch (IOException noPod) {
            // As a real one: the connection is refused or cut.
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException cut) {
            try {
                to.close();
            } catch (IOException alreadyClosed) {
                // That is what was wanted.
            }
        }
    }

    private synchronized InetSocketAddress target(String portName) throws IOException {
        ObjectNode object = store.get(service).orElseThrow(() -> new IOException("no service"));
        JsonNode selector = object.at("/spec/selector");
        List<ObjectNode> ready = store.list(Kind.POD, service.namespace()).stream()
                .map(Map.Entry::getValue)
                .filter(FakeWorkloads::isReady)
                .filter(pod -> !pod.at("/metadata/deletionTimestamp").isTextual())
                .filter(pod -> selector.properties().stream()
                        .allMatch(term ->
                                pod.at("/metadata/labels").path(term.getKey()).equals(term.getValue())))
                .toList();
        if (ready.isEmpty()) {
            throw new IOException("no pod is ready");
        }
        ObjectNode pod = ready.get(turn++ % ready.size());
        for (JsonNode port : object.at("/spec/ports")) {
            if (port.path("name").asText("").equals(portName)) {
                return new InetSocketAddress(
                        pod.at("/status/podIP").asText(), number(pod, port.path("targetPort"), port.path("port")));
            }
        }
        throw new IOException("no such port");
    }

    private static int number(ObjectNode pod, JsonNode target, JsonNode usual) {
        if (target.isInt()) {
            return target.asInt();
        }
        for (JsonNode container : pod.at("/spec/containers")) {
            for (JsonNode port : container.path("ports")) {
                if (port.path("name").equals(target)) {
                    return port.path("containerPort").asInt();
                }
            }
        }
        return usual.asInt();
    }
}
