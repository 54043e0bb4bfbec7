import type { FragmentOf } from "gql.tada";
import { graphql } from "../graphql.js";

/** The displayed fields of a job. `__typename` identifies jobs anywhere in a result. */
export const JobFields = graphql(`
  fragment JobFields on Job {
    __typename
    id
    kind
    status
    done
    total
    message
  }
`);

export type Job = FragmentOf<typeof JobFields>;

export const isUnfinished = ({ status }: Job) => status === "QUEUED" || status === "RUNNING";

/** Returns the queued and running jobs anywhere in a result, each once. Its pending values wait for them. */
export function unfinishedJobs(result: unknown): Job[] {
  return jobsOf(result).filter(isUnfinished);
}

/**
 * Returns whether a result lists jobs that have computed its pending values since, and none that still runs. A job may end
 * between the moments at which the server reads the values and the job.
 */
export function isOutdated(result: unknown): boolean {
  const jobs = jobsOf(result);
  return !jobs.some(isUnfinished) && jobs.some(({ status }) => status === "SUCCEEDED" || status === "CANCELLED");
}

function jobsOf(result: unknown): Job[] {
  const found = new Map<string, Job>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value) && (value as { __typename?: unknown }).__typename === "Job") {
      const job = value as Job;
      found.set(job.id, job);
      return;
    }
    for (const part of Object.values(value)) visit(part);
  };
  visit(result);
  return [...found.values()];
}
