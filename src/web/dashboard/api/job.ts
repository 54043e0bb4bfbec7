import type { FragmentOf } from "gql.tada";
import { graphql } from "../graphql.js";

/** What is shown of a job. `__typename` tells a job wherever it stands in an answer. */
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

/** The jobs in an answer, wherever they stand, that have not ended: what pending values wait for. Each once. */
export function unfinishedJobs(answer: unknown): Job[] {
  const found = new Map<string, Job>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value) && (value as { __typename?: unknown }).__typename === "Job") {
      const job = value as Job;
      if (isUnfinished(job)) found.set(job.id, job);
      return;
    }
    for (const part of Object.values(value)) visit(part);
  };
  visit(answer);
  return [...found.values()];
}
