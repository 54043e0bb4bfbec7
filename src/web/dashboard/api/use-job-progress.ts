import { useEffect, useState } from "react";
import { isUnfinished, type Job } from "./job.js";
import { followJob } from "./follow-job.js";

export interface JobProgress {
  /** The latest known state of each job, in the given order. */
  readonly jobs: readonly Job[];
  /** The error of a job that cannot be followed, or undefined. */
  readonly failure: Error | undefined;
}

/**
 * Follows jobs with subscriptions.
 *
 * @param onEnd called once with the ended jobs, when every job has ended or can no longer be followed
 */
export function useJobProgress(initial: readonly Job[], onEnd: (ended: readonly Job[]) => void): JobProgress {
  const [latest, setLatest] = useState<ReadonlyMap<string, Job>>(new Map());
  const [failure, setFailure] = useState<Error>();
  const ids = initial.map(({ id }) => id).join(" ");
  useEffect(() => {
    const waiting = new Set(ids.split(" ").filter((id) => id !== ""));
    const finished: Job[] = [];
    const markEnded = (id: string) => {
      if (waiting.delete(id) && waiting.size === 0) onEnd(finished);
    };
    const stops = [...waiting].map((id) =>
      followJob(id, {
        job: (job) => {
          setLatest((before) => new Map(before).set(id, job));
          if (isUnfinished(job)) return;
          finished.push(job);
          markEnded(id);
        },
        failure: (error) => {
          setFailure(error);
          markEnded(id);
        },
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
    // `ids` identifies the jobs. Their progress arrives by subscription.
  }, [ids]);
  return { jobs: initial.map((job) => latest.get(job.id) ?? job), failure };
}
