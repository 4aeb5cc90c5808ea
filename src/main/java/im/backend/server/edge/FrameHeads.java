package im.backend.server.edge;

/**
 * Reads the heads of a client's WebSocket frames (RFC 6455 section 5.2) as their bytes arrive, and skips what they carry. The
 * library looks at them too, but says its close while another thread may be sending, into the one buffer that both use.
 */
final class FrameHeads {
    static final int FINE = 0;
    static final int PROTOCOL_ERROR = 1002;
    static final int TOO_BIG = 1009;
    private static final int BASE_BYTES = 2;
    private static final int MASK_BYTES = 4;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private final int payloadBytesMax;
    private final byte[] head = new byte[BASE_BYTES + Long.BYTES + MASK_BYTES];
    private int headBytes;
    private long payloadLeft;

    FrameHeads(int payloadBytesMax) {
        this.payloadBytesMax = payloadBytesMax;
    }

    /** The close code (RFC 6455 section 7.4.1) that these bytes deserve, or {@link #FINE}. */
    int read(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (payloadLeft > 0) {
                int skipped = (int) Math.min(payloadLeft, bytes.length - at);
                payloadLeft -= skipped;
                at += skipped;
            } else {
                head[headBytes++] = bytes[at++];
                int fault = headBytes == headLength() ? endHead() : FINE;
                if (fault != FINE) {
                    return fault;
                }
            }
        }
        return FINE;
    }

    private int headLength() {
        if (headBytes < BASE_BYTES) {
            return head.length;
        }
        return BASE_BYTES + lengthBytes() + MASK_BYTES;
    }

    private int lengthBytes() {
        return switch (head[1] & 0x7F) {
            case LENGTH_16 -> Short.BYTES;
            case LENGTH_64 -> Long.BYTES;
            default -> 0;
        };
    }

    private int endHead() {
        boolean masked = (head[1] & 0x80) != 0;
        if (!masked) {
            return PROTOCOL_ERROR;
        }
        long length = head[1] & 0x7F;
        if (lengthBytes() > 0) {
            length = 0;
            for (int i = 0; i < lengthBytes(); i++) {
                length = length << Byte.SIZE | head[BASE_BYTES + i] & 0xFF;
            }
        }
        headBytes = 0;
        payloadLeft = length;
        return length < 0 || length > payloadBytesMax ? TOO_BIG : FINE;
    }
}
