import { defineEnum, type EnumValue } from "./define-enum.js";

export const JobStatus = defineEnum("JobStatus", "The status of a job.", {
  QUEUED: "The job is waiting for a worker.",
  RUNNING: "A worker is processing the job: `done` of `total` units are complete.",
  SUCCEEDED: "The job has ended and all of its results are stored.",
  FAILED: "The job ended without a result. `message` gives the reason.",
  CANCELLED:
    "The job was cancelled, for example because no request waited for it any more. `message` gives the reason.",
});
export type JobStatus = EnumValue<typeof JobStatus>;
