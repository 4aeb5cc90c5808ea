package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Caller;
import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.identity.Audience;
import im.backend.problem.ProblemException;
import im.backend.server.RegistryClient.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, with which token, to what. */
class OciAuthIT {
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";

    @TempDir
    private Path folder;

    private RegistryFixture fixture;
    private RegistryClient ada;
    private RegistryClient bob;

    @BeforeEach
    void start() {
        fixture = new RegistryFixture(folder, RegistryFixture.LIMITS, false).start();
        ada = fixture.client("ada");
        bob = fixture.client("bob");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void whoComesWithoutACredentialIsToldWhereToGetAToken() {
        Reply ping = fixture.anonymous().get("/v2/");
        Reply push = fixture.anonymous().post("/v2/ada/app/blobs/uploads/");

        assertThat(ping.status()).isEqualTo(401);
        assertThat(ping.error()).isEqualTo("UNAUTHORIZED");
        assertThat(ping.header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"http://127.0.0.1:" + fixture.port() + "/v2/token\",service=\"backendim\"");
        assertThat(push.header("WWW-Authenticate")).endsWith(",scope=\"repository:ada/app:pull,push\"");
    }

    @Test
    void aTokenIsGoodForItsScopesOnly() {
        Digest blob = ada.push("ada/app", bytes("layer"));
        RegistryClient pulling = ada.with(token(ada, "repository:ada/app:pull"));

        assertThat(pulling.get("/v2/").status()).isEqualTo(200);
        assertThat(pulling.get("/v2/ada/app/blobs/" + blob).status()).isEqualTo(200);
        assertThat(pulling.get("/v2/ada/other/tags/list").status()).isEqualTo(401);
        Reply push = pulling.post("/v2/ada/app/blobs/uploads/");
        assertThat(push.status()).isEqualTo(401);
        assertThat(push.header("WWW-Authenticate")).contains("scope=\"repository:ada/app:pull,push\"");
        assertThat(pulling.delete("/v2/ada/app/blobs/" + blob).status()).isEqualTo(401);
        assertThat(pulling.get("/v2/_catalog").status()).isEqualTo(401);

        RegistryClient all = ada.with(token(ada, "repository:ada/app:*"));
        assertThat(all.delete("/v2/ada/app/blobs/" + blob).status()).isEqualTo(202);
    }

    @Test
    void aTokenIsGivenByAFormToo() {
        String form = "grant_type=password&service=backendim&client_id=test&username=x&password=ada&scope="
                + URLEncoder.encode("repository:ada/app:pull repository:bob/app:pull", StandardCharsets.UTF_8);
        Reply reply = fixture.anonymous()
                .send("POST", "/v2/token", bytes(form), "Content-Type", "application/x-www-form-urlencoded");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.at("/expires_in").asInt()).isEqualTo(300);
        assertThat(reply.text("/scope")).isEqualTo("repository:ada/app:pull");
        assertThat(fixture.anonymous()
                        .send("POST", "/v2/token", bytes("grant_type=refresh_token&refresh_token=x"))
                        .status())
                .isEqualTo(400);
        assertThat(fixture.anonymous()
                        .send("POST", "/v2/token", bytes("grant_type=password&password=nobody"))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void badCredentialsAreRefusedAndNoTokenIsGiven() {
        Reply without = fixture.anonymous().get("/v2/token?scope=repository:ada/app:pull");
        assertThat(without.status()).isEqualTo(401);
        assertThat(without.header("WWW-Authenticate")).startsWith("Basic ");
        assertThat(fixture.client("nobody").get("/v2/token").status()).isEqualTo(401);
        assertThat(fixture.client("nobody").get("/v2/").status()).isEqualTo(401);
        assertThat(ada.with("not-a-token").get("/v2/").status()).isEqualTo(401);
        assertThat(new RegistryClient("http://127.0.0.1:" + fixture.port(), "Basic %%%")
                        .get("/v2/")
                        .status())
                .isEqualTo(401);
        assertThat(new RegistryClient("http://127.0.0.1:" + fixture.port(), "Digest x")
                        .get("/v2/")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aTokenOfOneSurfaceIsNothingOnTheOther() {
        Caller caller = new Caller(new UserName("ada"), Caller.Role.MEMBER);
        String api = fixture.tokens().issue(caller, Audience.API).token();

        assertThat(ada.with(api).get("/v2/").status()).isEqualTo(401);
        assertThat(fixture.client(api).get("/v2/").status()).as("as a password").isEqualTo(200);
        String registry = token(ada, "repository:ada/app:pull");
        assertThatThrownBy(() -> fixture.tokens().verify(registry, Audience.API))
                .isInstanceOf(ProblemException.class);
        assertThat(fixture.client(registry).get("/v2/").status()).isEqualTo(401);
    }

    @Test
    void aStrangerCanNotTellWhetherARepositoryIsThere() {
        Digest blob = ada.push("ada/app", bytes("layer"));
        ada.putManifest("ada/app", "v1", IMAGE, manifest(blob));
        RegistryClient withToken = bob.with(token(bob, "repository:ada/app:pull,push,delete"));

        for (RegistryClient stranger : List.of(bob, withToken)) {
            for (String end : List.of(
                    "/tags/list", "/manifests/v1", "/manifests/" + blob, "/blobs/" + blob, "/referrers/" + blob)) {
                Reply there = stranger.get("/v2/ada/app" + end);
                Reply absent = stranger.get("/v2/ada/absent" + end);
                assertThat(there.status()).as(end).isEqualTo(absent.status()).isIn(401, 404);
                assertThat(there.body()).isEqualTo(withoutName(absent));
            }
            assertThat(stranger.post("/v2/ada/app/blobs/uploads/").status()).isIn(401, 404);
            assertThat(stranger.delete("/v2/ada/app/manifests/v1").status()).isIn(401, 404);
            assertThat(stranger.putManifest("ada/app", "v2", IMAGE, manifest(blob))
                            .status())
                    .isIn(401, 404);
        }
        assertThat(ada.get("/v2/ada/app/tags/list").at("/tags")).hasSize(1);
    }

    private static byte[] withoutName(Reply reply) {
        return bytes(new String(reply.body(), StandardCharsets.UTF_8).replace("ada/absent", "ada/app"));
    }

    @Test
    void aPrivateBlobCanNotBeMountedOrNamedElsewhere() {
        Digest secret = ada.push("ada/app", bytes("private layer"));

        Reply mount = bob.post("/v2/bob/app/blobs/uploads/?mount=" + secret + "&from=ada/app");
        Reply anonymous = bob.post("/v2/bob/app/blobs/uploads/?mount=" + secret);
        Reply named = bob.putManifest("bob/app", "v1", IMAGE, manifest(secret));

        assertThat(mount.status()).isEqualTo(202);
        assertThat(anonymous.status()).isEqualTo(202);
        assertThat(named.status()).isEqualTo(404);
        assertThat(named.error()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
        assertThat(bob.get("/v2/bob/app/blobs/" + secret).status()).isEqualTo(404);
        // A token must be for the repository that is mounted from; the answer does not tell whether the blob is
        // anywhere.
        RegistryClient narrow = bob.with(token(bob, "repository:bob/new:pull,push"));
        Digest nowhere = Digest.of(Digest.Algorithm.SHA256, bytes("nowhere"));
        for (Digest digest : List.of(secret, nowhere)) {
            Reply refused = narrow.post("/v2/bob/new/blobs/uploads/?mount=" + digest + "&from=bob/app");
            assertThat(refused.status()).isEqualTo(401);
            Reply foreign = narrow.post("/v2/bob/new/blobs/uploads/?mount=" + digest + "&from=ada/app");
            assertThat(foreign.status()).isEqualTo(202);
        }
    }

    @Test
    void anUploadBelongsToItsRepositoryAndItsUser() {
        String location = ada.post("/v2/ada/app/blobs/uploads/").header("Location");
        String id = location.substring(location.lastIndexOf('/') + 1);
        RegistryClient root = fixture.client("root");

        for (Reply reply : List.of(
                root.get(location),
                root.send("PATCH", location, bytes("x")),
                root.delete(location),
                bob.get("/v2/bob/app/blobs/uploads/" + id),
                ada.get("/v2/ada/other/blobs/uploads/" + id),
                ada.get("/v2/ada/app/blobs/uploads/no-such-upload"))) {
            assertThat(reply.status()).isEqualTo(404);
        }
        assertThat(root.get(location).status()).isEqualTo(404);
        assertThat(root.send("PATCH", location, bytes("x")).error()).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(ada.get(location).status()).isEqualTo(204);
    }

    @Test
    void theCatalogShowsWhatOneMaySee() {
        ada.push("ada/app", bytes("a"));
        bob.push("bob/app", bytes("b"));

        assertThat(names(ada)).containsExactly("ada/app");
        assertThat(names(bob.with(token(bob, "registry:catalog:*")))).containsExactly("bob/app");
        assertThat(names(fixture.client("root"))).containsExactly("ada/app", "bob/app");
    }

    private static List<String> names(RegistryClient client) {
        List<String> names = new ArrayList<>();
        client.get("/v2/_catalog").at("/repositories").forEach(name -> names.add(name.asText()));
        return names;
    }

    private static String token(RegistryClient client, String scope) {
        Reply reply = client.get("/v2/token?service=backendim&account=x&scope=" + scope);
        assertThat(reply.status()).isEqualTo(200);
        return reply.text("/token");
    }

    private static byte[] manifest(Digest config) {
        return bytes("{\"schemaVersion\":2,\"config\":{\"digest\":\"" + config + "\"},\"layers\":[]}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
