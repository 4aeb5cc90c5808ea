package im.backend.build.base;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;

/** Why an image of somewhere else is not taken. */
final class ImageRefusal {
    private ImageRefusal() {}

    static ProblemException invalid(String what) {
        return new Problem.Invalid("image-invalid", "The image is not one that can be taken: " + what).asException();
    }

    static ProblemException invalid(String what, Throwable cause) {
        return new Problem.Invalid("image-invalid", "The image is not one that can be taken: " + what)
                .asException(cause);
    }

    static ProblemException mismatch(String what, Digest expected, Digest found) {
        return new Problem.Invalid(
                        "digest-mismatch",
                        what + " is not what its digest says: expected " + expected + ", found " + found
                                + ". It was changed or damaged on its way; get it anew from where it was made.")
                .asException();
    }

    static ProblemException tooLarge(String what, long bytesMax) {
        return new Problem.TooLarge("image-too-large", what + " is over " + (bytesMax >> 20) + " MiB.").asException();
    }
}
