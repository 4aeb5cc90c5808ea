package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.problem.Problem;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiFailureTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Operation cannot be fulfilled on ConfigMap \"one\": the UID in the precondition (a) does not match the UID in"
                        + " record (b). The object might have been deleted and then recreated",
                "Operation cannot be fulfilled on ConfigMap \"one\": Precondition failed: UID in precondition: a, UID in object"
                        + " meta: b"
            })
    void aConflictWithAnotherObjectOfTheSameNameIsNotTriedAgain(String said) {
        assertThat(conflict(said).overtaken()).isFalse();
    }

    @Test
    void aConflictWithSomebodyElsesChangeIsTriedAgain() {
        assertThat(conflict("the object has been modified; please apply your changes to the latest version")
                        .overtaken())
                .isTrue();
    }

    @Test
    void whatAQuotaForbidsIsToldByName() {
        String said = "persistentvolumeclaims \"shop\" is forbidden: exceeded quota: tight, requested:"
                + " requests.storage=1Gi, used: requests.storage=0, limited: requests.storage=1Mi";

        Problem problem = new ApiFailure(403, "Forbidden", said, Duration.ZERO)
                .asException("apply PersistentVolumeClaim shop/shop")
                .problem();

        assertThat(problem).isInstanceOfSatisfying(Problem.StageFailed.class, failed -> {
            assertThat(failed.slug()).isEqualTo("quota-exceeded");
            assertThat(failed.detail()).contains("exceeded quota: tight");
            assertThat(failed.fix()).contains("raise the quota");
        });
    }

    private static ApiFailure conflict(String said) {
        return new ApiFailure(409, "Conflict", said, Duration.ZERO);
    }
}
