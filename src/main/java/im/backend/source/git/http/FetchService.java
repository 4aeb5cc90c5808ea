package im.backend.source.git.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;

/**
 * The server's side of clone and fetch, which git calls upload-pack.
 *
 * @param protocol versions that the client offers, as in {@code version=2}
 */
record FetchService(FileRepository git, Collection<String> protocol) {
    static final String NAME = "git-upload-pack";

    byte[] advertisement() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        uploadPack().sendAdvertisedRefs(new PacketLineOutRefAdvertiser(new PacketLineOut(bytes)), NAME);
        return bytes.toByteArray();
    }

    void answer(InputStream request, OutputStream reply) throws IOException {
        uploadPack().upload(request, reply, null);
    }

    private UploadPack uploadPack() {
        UploadPack service = new UploadPack(git);
        service.setBiDirectionalPipe(false);
        service.setExtraParameters(protocol);
        service.setRefFilter(FetchService::shown);
        return service;
    }

    /** What the server keeps for itself is neither shown nor given. */
    static Map<String, Ref> shown(Map<String, Ref> refs) {
        return refs.entrySet().stream()
                .filter(ref -> ref.getKey().equals(Constants.HEAD)
                        || ref.getKey().startsWith(Constants.R_HEADS)
                        || ref.getKey().startsWith(Constants.R_TAGS))
                .collect(Collectors.toMap(Entry::getKey, Entry::getValue));
    }
}
