import type { Job } from "../api/job.js";
import { useJobProgress } from "../api/use-job-progress.js";
import { pluralize } from "./text.js";

/** A loading placeholder with about as many lines as the content. */
export function Skeleton({ label, lines = 4 }: { readonly label: string; readonly lines?: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="for-readers">Loading: {label}</span>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} className="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  );
}

interface PendingJobsProps {
  readonly jobs: readonly Job[];
  /** The name of the pending values. */
  readonly label: string;
  /** Called when all jobs have ended. */
  readonly onEnd: (ended: readonly Job[]) => void;
}

/** The progress of the jobs that compute a panel's pending values. */
export function PendingJobs({ jobs: initial, label, onEnd }: PendingJobsProps) {
  const { jobs, failure } = useJobProgress(initial, onEnd);
  const done = sum(jobs.map((job) => job.done));
  const total = sum(jobs.map((job) => job.total));
  const isStarted = total > 0;
  return (
    <div className="pending">
      <progress aria-label={`Computing: ${label}`} {...(isStarted ? { value: done, max: total } : {})} />
      <p role="status">
        {isStarted ? `${done} of ${total} computed` : "Not yet computed"} ({pluralize(jobs.length, "job")})
        {failure !== undefined && `. ${failure.message}`}
      </p>
    </div>
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((left, right) => left + right, 0);
