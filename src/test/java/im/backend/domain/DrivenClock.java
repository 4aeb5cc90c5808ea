package im.backend.domain;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test sets forward. */
public final class DrivenClock extends Clock {
    private final InstantSource source;
    private volatile Instant setAt;
    private volatile Instant setTo;

    private DrivenClock(InstantSource source, Instant begin) {
        this.source = source;
        this.setAt = source.instant();
        this.setTo = begin;
    }

    /** Goes on by itself, from now. */
    public static DrivenClock running() {
        return new DrivenClock(InstantSource.system(), Instant.now());
    }

    public static DrivenClock standing(Instant begin) {
        return new DrivenClock(InstantSource.fixed(Instant.EPOCH), begin);
    }

    public synchronized void set(Instant moment) {
        setAt = source.instant();
        setTo = moment;
    }

    @Override
    public synchronized Instant instant() {
        return setTo.plus(java.time.Duration.between(setAt, source.instant()));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("UTC only");
    }
}
