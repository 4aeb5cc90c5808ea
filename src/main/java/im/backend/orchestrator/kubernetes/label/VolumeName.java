package im.backend.orchestrator.kubernetes.label;

import im.backend.domain.ReleaseName;

/**
 * What a volume of a release is called in its namespace, and its PersistentVolume in the cluster. A release has no full stop
 * in its name, so that no volume of one project is ever named as one of another.
 */
public final class VolumeName {
    /** Of a volume that backend.yml does not name; its claim is named as the release is (seed 004). */
    private static final String USUAL = "data";

    private VolumeName() {}

    public static String of(ReleaseName release, String volume) {
        return volume.equals(USUAL) ? release.toString() : release + "." + volume;
    }
}
