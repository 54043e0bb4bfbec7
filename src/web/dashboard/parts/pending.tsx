import { useJobs } from "../api/use-jobs.js";
import type { Job } from "../api/job.js";
import { counted } from "./words.js";

export interface PendingProps {
  readonly jobs: readonly Job[];
  /** What the jobs find. */
  readonly label: string;
  /** Called when the last of them has ended. */
  readonly onEnd: (ended: readonly Job[]) => void;
}

/** The progress of the jobs that a panel's pending values wait for, by subscription. */
export function Pending({ jobs: given, label, onEnd }: PendingProps) {
  const { jobs, failure } = useJobs(given, onEnd);
  const [done, total] = [sum(jobs.map((job) => job.done)), sum(jobs.map((job) => job.total))];
  const known = total > 0;
  return (
    <div className="pending">
      <progress aria-label={`Computing: ${label}`} {...(known ? { value: done, max: total } : {})} />
      <p role="status">
        {known ? `${done} of ${total} computed` : "Waiting to be computed"}, by {counted(jobs.length, "job")}
        {failure !== undefined && `. ${failure.message}`}
      </p>
    </div>
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((left, right) => left + right, 0);
