package im.backend.source.git;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.PostReceiveHook;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;

/** The server's side of push, which git calls receive-pack. */
record PushService(TreeListing listing, PushLimits limits) {
    static final String NAME = "git-receive-pack";

    byte[] advertisement(Repository git) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PacketLineOut out = new PacketLineOut(bytes);
        // JGit writes this line for upload-pack only.
        out.writeString("# service=" + NAME + "\n");
        out.end();
        receivePack(git).sendAdvertisedRefs(new PacketLineOutRefAdvertiser(out));
        return bytes.toByteArray();
    }

    /** What a project that is not there yet would say: it is made by the push itself and not by a question about it. */
    byte[] advertisementOfNothing() throws IOException {
        try (Repository nothing = new InMemoryRepository(new DfsRepositoryDescription("new"))) {
            return advertisement(nothing);
        }
    }

    void answer(FileRepository git, InputStream request, OutputStream reply, PostReceiveHook after) throws IOException {
        ReceivePack service = receivePack(git);
        service.setObjectChecker(new PushChecker(limits));
        service.setMaxObjectSizeLimit(limits.objectBytesMax());
        service.setPreReceiveHook(new PushRules(git, listing, limits));
        service.setPostReceiveHook(after);
        PackInput pack = new PackInput(request, limits.packBytesMax());
        try {
            service.receive(pack, reply, null);
        } catch (UnpackException refused) {
            pack.drain();
            throw refused;
        }
    }

    private static ReceivePack receivePack(Repository git) {
        ReceivePack service = new ReceivePack(git);
        service.setBiDirectionalPipe(false);
        service.setAllowNonFastForwards(true);
        service.setAllowDeletes(true);
        service.setRefFilter(FetchService::shown);
        return service;
    }
}
