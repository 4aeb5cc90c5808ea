package im.backend.api.progress;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.store.StoreSamples;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessageCacheTest {
    private final MessageCache cache = new MessageCache();
    private final Deployment deployment = StoreSamples.deployment(StoreSamples.SHOP, Instant.EPOCH);

    @Test
    void anEventIsWrittenOnceHoweverManyAsk() {
        List<String> texts = IntStream.range(0, 5_000)
                .parallel()
                .mapToObj(watcher -> text(7))
                .toList();

        assertThat(texts).allSatisfy(text -> assertThat(text).isSameAs(texts.getFirst()));
        assertThat(texts.getFirst()).contains("\"seq\":7");
    }

    @Test
    void theOldestIsForgottenAndWrittenAnewForWhoComesLate() {
        String first = text(1);
        String second = text(2);

        IntStream.rangeClosed(3, MessageCache.MESSAGES_MAX + 1).forEach(this::text);

        assertThat(text(2)).isSameAs(second);
        assertThat(text(1)).isNotSameAs(first).isEqualTo(first);
    }

    private String text(int sequence) {
        return cache.text(
                deployment,
                new LoggedEvent(deployment.id(), sequence, Instant.EPOCH, StoreSamples.QUEUED),
                DeploymentStatus.QUEUED);
    }
}
