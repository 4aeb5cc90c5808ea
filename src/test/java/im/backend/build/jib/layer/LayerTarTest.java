package im.backend.build.jib.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LayerTarTest {
    private static final int SMALL = 100 << 10;
    private static final int LARGE = 4 << 20;

    @TempDir
    private Path folder;

    @Test
    void aSmallLayerIsPackedAsTightAsGzipDoesByItself() throws IOException {
        byte[] layer = layer(source(SMALL));

        assertThat(layer.length).isLessThan(deflated(opened(layer), Deflater.DEFAULT_COMPRESSION) + 64);
    }

    @Test
    void aLargeLayerIsPackedFast() throws IOException {
        byte[] layer = layer(source(LARGE));

        byte[] tar = opened(layer);
        assertThat(layer.length).isLessThan(deflated(tar, Deflater.BEST_SPEED) + 64);
        assertThat(layer.length).isGreaterThan(deflated(tar, Deflater.DEFAULT_COMPRESSION) * 105 / 100);
    }

    @Test
    void theSameFilesAreTheSameBytes() throws IOException {
        Path source = source(LARGE);

        assertThat(layer(source)).isEqualTo(layer(source));
    }

    private byte[] layer(Path source) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LayerTar tar = new LayerTar(out)) {
            tar.addFile("app/main.py", source, false);
        }
        return out.toByteArray();
    }

    /** Lines as of a program: words of a few hundred, so that packing pays and the level matters. */
    private Path source(int bytes) throws IOException {
        RandomGenerator random = new Random(7);
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            text.append("word").append(random.nextInt(300)).append(random.nextInt(8) == 0 ? '\n' : ' ');
        }
        return Files.writeString(folder.resolve("main.py"), text);
    }

    private static byte[] opened(byte[] layer) throws IOException {
        try (GZIPInputStream tar = new GZIPInputStream(new ByteArrayInputStream(layer))) {
            return tar.readAllBytes();
        }
    }

    private static int deflated(byte[] bytes, int level) {
        try (Deflater deflater = new Deflater(level, true)) {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] out = new byte[bytes.length + 1024];
            return deflater.deflate(out);
        }
    }
}
