package im.backend.deploy;

import im.backend.deploy.ports.Ports;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The same ports, until the server dies: just before or just after the n-th effect on the world everything fails, as it
 * does for a process that is no more.
 */
public final class CrashingPorts {
    private static final Set<String> EFFECTS = Set.of(
            "stage",
            "publish",
            "create",
            "build",
            "createNamespace",
            "createVolumes",
            "start",
            "stop",
            "removeNamespace",
            "run",
            "withdraw",
            "open",
            "append",
            "complete",
            "keepNewest",
            "replace",
            "put");

    private final int crashAt;
    private final boolean after;
    private int effects;
    private boolean dead;

    /** @param crashAt counts effects from 1 */
    public CrashingPorts(int crashAt, boolean after) {
        this.crashAt = crashAt;
        this.after = after;
    }

    /** Not an exception, so that nothing between here and the thread's end takes it for a failure. */
    public static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the server is dead", null, false, false);
        }
    }

    public Ports over(Ports ports) {
        return new Ports(
                wrap(ports.source()),
                ports.manifests(),
                wrap(ports.images()),
                new Ports.Hosting(
                        wrap(ports.hosting().orchestrator()),
                        wrap(ports.hosting().oneOff()),
                        wrap(ports.hosting().schedules()),
                        ports.hosting().logs(),
                        ports.hosting().storage()),
                wrap(ports.router()),
                wrap(ports.secrets()),
                ports.scanning(),
                new Ports.Stores(
                        ports.stores().projects(),
                        wrap(ports.stores().releases()),
                        wrap(ports.stores().log())));
    }

    public synchronized boolean dead() {
        return dead;
    }

    public synchronized void die() {
        dead = true;
    }

    synchronized int effects() {
        return effects;
    }

    @SuppressWarnings("unchecked")
    private <T> T wrap(T port) {
        List<Class<?>> interfaces = List.of(port.getClass().getInterfaces());
        return (T) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                interfaces.toArray(Class<?>[]::new),
                (proxy, method, arguments) -> call(port, method, Optional.ofNullable(arguments)));
    }

    private Object call(Object port, Method method, Optional<Object[]> arguments) throws Throwable {
        boolean last = before(method);
        Object result;
        try {
            result = method.invoke(port, arguments.orElseGet(() -> new Object[0]));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (last) {
            die();
            throw new Crash();
        }
        return result;
    }

    private synchronized boolean before(Method method) {
        if (dead) {
            throw new Crash();
        }
        boolean last = EFFECTS.contains(method.getName()) && ++effects == crashAt;
        if (last && !after) {
            dead = true;
            throw new Crash();
        }
        return last;
    }
}
