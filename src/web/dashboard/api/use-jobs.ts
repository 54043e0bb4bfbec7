import { useEffect, useState } from "react";
import { isUnfinished, type Job } from "./job.js";
import { followJob } from "./job-socket.js";

export interface FollowedJobs {
  /** As far as they are known now, in the order given. */
  readonly jobs: readonly Job[];
  /** Why one of them cannot be followed; undefined where all can. */
  readonly failure: Error | undefined;
}

/**
 * Follows jobs by subscription.
 *
 * @param onEnd called once when the last of them has ended, or cannot be followed, with those that have ended
 */
export function useJobs(given: readonly Job[], onEnd: (ended: readonly Job[]) => void): FollowedJobs {
  const [latest, setLatest] = useState<ReadonlyMap<string, Job>>(new Map());
  const [failure, setFailure] = useState<Error>();
  const ids = given.map(({ id }) => id).join(" ");
  useEffect(() => {
    const waiting = new Set(ids.split(" ").filter((id) => id !== ""));
    const finished: Job[] = [];
    const ended = (id: string) => {
      if (waiting.delete(id) && waiting.size === 0) onEnd(finished);
    };
    const stops = [...waiting].map((id) =>
      followJob(id, {
        job: (job) => {
          setLatest((before) => new Map(before).set(id, job));
          if (isUnfinished(job)) return;
          finished.push(job);
          ended(id);
        },
        failure: (error) => {
          setFailure(error);
          ended(id);
        },
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
    // `ids` says which jobs they are; their progress comes by subscription.
  }, [ids]);
  return { jobs: given.map((job) => latest.get(job.id) ?? job), failure };
}
