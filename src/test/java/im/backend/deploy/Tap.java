package im.backend.deploy;

import im.backend.deploy.ports.Ports;
import im.backend.orchestrator.Orchestrator;
import im.backend.store.DeploymentLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Hears the name of each call of a port before it is made; what it throws, the caller gets in place of an answer. */
@FunctionalInterface
public interface Tap {
    void called(String method);

    default Ports onOrchestrator(Ports ports) {
        Ports.Hosting hosting = ports.hosting();
        Orchestrator tapped = on(Orchestrator.class, hosting.orchestrator());
        return new Ports(
                ports.source(),
                ports.manifests(),
                ports.images(),
                new Ports.Hosting(tapped, hosting.oneOff(), hosting.schedules(), hosting.logs(), hosting.storage()),
                ports.router(),
                ports.secrets(),
                ports.scanning(),
                ports.stores());
    }

    default Ports onLog(Ports ports) {
        Ports.Stores stores = ports.stores();
        return new Ports(
                ports.source(),
                ports.manifests(),
                ports.images(),
                ports.hosting(),
                ports.router(),
                ports.secrets(),
                ports.scanning(),
                new Ports.Stores(stores.projects(), stores.releases(), on(DeploymentLog.class, stores.log())));
    }

    default <T> T on(Class<T> port, T real) {
        return port.cast(Proxy.newProxyInstance(
                Tap.class.getClassLoader(), new Class<?>[] {port}, (_, method, arguments) -> {
                    called(method.getName());
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException refused) {
                        throw refused.getCause();
                    }
                }));
    }
}
