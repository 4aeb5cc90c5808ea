package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.domain.Schedule;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The CronJob controller: a Job for the last time that has come, unless it is late, suspended or forbidden. */
final class FakeCronJobs {
    private final ObjectStore store;
    private final FakeApi api;

    FakeCronJobs(ObjectStore store, FakeApi api) {
        this.store = store;
        this.api = api;
    }

    void look(ObjectKey key, ObjectNode cronJob, Instant now) {
        if (cronJob.at("/metadata/deletionTimestamp").isTextual()) {
            return;
        }
        List<Map.Entry<ObjectKey, ObjectNode>> jobs = store.list(Kind.JOB, key.namespace()).stream()
                .filter(job ->
                        job.getValue().at("/metadata/ownerReferences/0/uid").equals(cronJob.at("/metadata/uid")))
                .sorted(Comparator.comparing(job -> job.getKey().name()))
                .toList();
        boolean active = jobs.stream().anyMatch(job -> !isFinished(job.getValue()));
        boolean forbidden =
                active && cronJob.at("/spec/concurrencyPolicy").asText().equals("Forbid");
        Optional<Instant> due = due(cronJob, now);
        if (due.isPresent() && !forbidden && !cronJob.at("/spec/suspend").asBoolean()) {
            long minute = due.get().getEpochSecond() / 60;
            api.create(key.sibling(Kind.JOB, key.name() + "-" + minute), job(cronJob), false);
            store.change(key, changed -> {
                changed.withObjectProperty("status")
                        .put("lastScheduleTime", due.get().toString());
                return changed;
            });
        }
        forget(jobs, "Complete", cronJob.at("/spec/successfulJobsHistoryLimit").asInt(3));
        forget(jobs, "Failed", cronJob.at("/spec/failedJobsHistoryLimit").asInt(1));
    }

    /** The last time that has come since the one before, and is not too long ago. */
    private static Optional<Instant> due(ObjectNode cronJob, Instant now) {
        Schedule schedule = new Schedule(cronJob.at("/spec/schedule").asText());
        Instant since = Instant.parse(cronJob.at("/status/lastScheduleTime")
                .asText(cronJob.at("/metadata/creationTimestamp").asText()));
        Instant earliest =
                now.minusSeconds(cronJob.at("/spec/startingDeadlineSeconds").asLong(100));
        Optional<Instant> due = Optional.empty();
        Instant next = schedule.next(since.isAfter(earliest) ? since : earliest);
        while (!next.isAfter(now)) {
            due = Optional.of(next);
            next = schedule.next(next);
        }
        return due;
    }

    private void forget(List<Map.Entry<ObjectKey, ObjectNode>> jobs, String condition, int kept) {
        List<ObjectKey> ended = jobs.stream()
                .filter(job ->
                        job.getValue().at("/status/conditions/0/type").asText().equals(condition))
                .map(Map.Entry::getKey)
                .toList();
        ended.stream().limit(Math.max(0, ended.size() - kept)).forEach(job -> store.delete(job, false, 1));
    }

    private static boolean isFinished(JsonNode job) {
        return !job.at("/status/conditions").isEmpty();
    }

    private static ObjectNode job(ObjectNode cronJob) {
        ObjectNode job = FakeApi.JSON.createObjectNode();
        ObjectNode metadata = job.putObject("metadata");
        metadata.set("labels", cronJob.at("/spec/jobTemplate/metadata/labels").deepCopy());
        ArrayNode owners = metadata.putArray("ownerReferences");
        owners.addObject()
                .put("apiVersion", Kind.CRON_JOB.apiVersion())
                .put("kind", Kind.CRON_JOB.name())
                .put("name", cronJob.at("/metadata/name").asText())
                .put("uid", cronJob.at("/metadata/uid").asText())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        job.set("spec", cronJob.at("/spec/jobTemplate/spec").deepCopy());
        return job;
    }
}
