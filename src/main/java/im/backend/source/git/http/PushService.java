package im.backend.source.git.http;

import im.backend.source.CountedInput;
import im.backend.source.git.TreeListing;
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
        try {
            service.receive(new CountedInput(request, this::refuseTooLarge), reply, null);
        } catch (UnpackException refused) {
            drain(request);
            throw refused;
        }
    }

    /** JGit's own limit shows the pusher only a "truncated" pack. */
    private void refuseTooLarge(long packBytes) throws PushTooLargeException {
        if (packBytes > limits.packBytesMax()) {
            throw new PushTooLargeException("pack too large: over " + limits.packBytesMax() + " bytes");
        }
    }

    /** Reads what a refused pusher still sends, within the limit once more: git shows our reason only when it could send all. */
    private void drain(InputStream request) throws IOException {
        byte[] rest = new byte[64 << 10];
        long drained = 0;
        for (int count = request.read(rest);
                count >= 0 && drained < limits.packBytesMax();
                count = request.read(rest)) {
            drained += count;
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
