package im.backend.store;

final class InMemoryDeploymentLogTest extends DeploymentLogContract {
    @Override
    protected Stores open() {
        return Stores.inMemory(clock);
    }
}
