package im.backend.build.base;

import im.backend.domain.Digest;
import im.backend.registry.StoredManifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The image in an archive, whichever of the two kinds it is; one that is both, as docker writes since version 25, is OCI. */
record ArchivedImage(SpooledArchive archive) implements ImageOrigin {
    private static final String INDEX = "index.json";

    StoredManifest bringTo(ImageIntake intake) throws IOException {
        if (archive.file("oci-layout").isPresent() && archive.file(INDEX).isPresent()) {
            return intake.take(this, Optional.empty());
        }
        byte[] contents = archive.document("manifest.json")
                .orElseThrow(() -> ImageRefusal.invalid(
                        "it has neither oci-layout with index.json nor manifest.json (expected: what docker save,"
                                + " podman save or skopeo copy to oci-archive: writes)."));
        ImageDocuments.Saved saved = ImageDocuments.saved(contents);
        byte[] configuration = archive.document(saved.configuration())
                .orElseThrow(() -> ImageRefusal.invalid("the archive has no configuration."));
        List<Path> layers = new ArrayList<>();
        for (String layer : saved.layers()) {
            layers.add(archive.file(layer)
                    .orElseThrow(() -> ImageRefusal.invalid("the archive has not all layers of its image.")));
        }
        return intake.takeSaved(configuration, layers);
    }

    @Override
    public Document root() throws IOException {
        return new Document(ImageDocuments.OCI_INDEX, archive.document(INDEX).orElseThrow());
    }

    @Override
    public Document manifest(Digest digest) throws IOException {
        return new Document(
                ImageDocuments.OCI_MANIFEST,
                archive.document(SpooledArchive.nameOf(digest)).orElseThrow(() -> SpooledArchive.absent(digest)));
    }

    @Override
    public InputStream blob(Digest digest) throws IOException {
        return Files.newInputStream(archive.blob(digest));
    }
}
