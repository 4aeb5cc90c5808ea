package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.api.Api;
import im.backend.api.http.RateLimiter;
import im.backend.api.http.SignIns;
import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.identity.IdentityProvider;
import org.junit.jupiter.api.Test;

final class GitDoorTest {
    private final IdentityProvider accounts = new IdentityProvider() {
        @Override
        public Caller authenticate(String key) {
            return new Caller(new UserName(key), Caller.Role.MEMBER);
        }

        @Override
        public Profile profile(UserName user) {
            throw new UnsupportedOperationException();
        }
    };
    private final GitDoor door = new GitDoor(
            new Api.Identity(accounts, new SignIns(accounts, 20, () -> 0), null, null),
            null,
            null,
            new RateLimiter("git requests", 2, () -> 0));

    @Test
    void eachUserHasAMinutesGitRequestsAndNoMore() {
        door.authenticate("alice", "192.0.2.1");
        door.authenticate("alice", "192.0.2.1");

        assertThatThrownBy(() -> door.authenticate("alice", "192.0.2.1"))
                .hasMessageContaining("rate-limited")
                .hasMessageContaining("2 git requests");
        assertThat(door.authenticate("bob", "192.0.2.1").user().value()).isEqualTo("bob");
    }
}
