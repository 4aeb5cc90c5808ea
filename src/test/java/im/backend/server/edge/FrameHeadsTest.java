package im.backend.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class FrameHeadsTest {
    private static final int MASKED = 0x80;

    private final FrameHeads frames = new FrameHeads(65_536);

    @Test
    void framesUpToTheLimitPassHoweverTheyAreCut() {
        ByteBuffer stream = ByteBuffer.allocate(200_000);
        for (int length : new int[] {0, 1, 125, 126, 300, 65_535, 65_536}) {
            stream.put(frame(length)).put(new byte[length]);
        }
        stream.flip();

        while (stream.hasRemaining()) {
            byte[] part = new byte[Math.min(stream.remaining(), 1 + stream.position() % 7)];
            stream.get(part);
            assertThat(frames.read(part)).isEqualTo(FrameHeads.FINE);
        }
    }

    @Test
    void aLargerOneIsTooBigBeforeAnyOfItsContentCame() {
        assertThat(frames.read(frame(65_537))).isEqualTo(FrameHeads.TOO_BIG);
    }

    @Test
    void aLengthBeyondAllNumbersIsTooBigToo() {
        byte[] head = {(byte) 0x82, (byte) 0xFF, (byte) 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};

        assertThat(frames.read(head)).isEqualTo(FrameHeads.TOO_BIG);
    }

    @Test
    void anUnmaskedOneIsAnError() {
        assertThat(frames.read(new byte[] {(byte) 0x81, 1, 'a', 0, 0, 0})).isEqualTo(FrameHeads.PROTOCOL_ERROR);
    }

    private static byte[] frame(int length) {
        ByteBuffer head = ByteBuffer.allocate(14).put((byte) 0x82);
        if (length < 126) {
            head.put((byte) (MASKED | length));
        } else if (length < 65_536) {
            head.put((byte) (MASKED | 126)).putShort((short) length);
        } else {
            head.put((byte) (MASKED | 127)).putLong(length);
        }
        head.putInt(0x01020304);
        byte[] bytes = new byte[head.position()];
        head.flip().get(bytes);
        return bytes;
    }
}
