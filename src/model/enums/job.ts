import { defineEnum, defineMappedEnum, type EnumValue } from "./define-enum.js";

export const JobStatus = defineEnum("JobStatus", "The status of a job.", {
  QUEUED: "The job is waiting for a worker.",
  RUNNING: "A worker is processing the job: `done` of `total` units are complete.",
  SUCCEEDED: "The job has ended and all of its results are stored.",
  FAILED: "The job ended without a result. `message` gives the reason.",
  CANCELLED:
    "The job was cancelled, for example because no request waited for it any more. `message` gives the reason.",
});
export type JobStatus = EnumValue<typeof JobStatus>;

export const FindingSeverity = defineMappedEnum("FindingSeverity", "The severity of an import finding.", {
  INFO: { value: "info", description: "Something was skipped as intended, for example a file of another kind." },
  WARNING: { value: "warning", description: "Possibly a mistake. The message says how the import handled it." },
  ERROR: { value: "error", description: "One file could not be used. The rest was imported." },
});
export type FindingSeverity = EnumValue<typeof FindingSeverity>;
