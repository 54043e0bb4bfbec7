import type { ResultOf, TadaDocumentNode } from "gql.tada";
import { failure, type RankscopeError } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";

/** A job and its progress. */
export const JOB_STATE = graphql(`
  fragment JobState on Job {
    id
    kind
    status
    done
    total
    message
    createdAt
    finishedAt
  }
`);

export type JobState = ResultOf<typeof JOB_STATE>;

/** Executes a command's operations: in this process, on the database that it opens, or on a running server. */
export interface GraphQLClient {
  /**
   * Executes a query or mutation and returns its data.
   *
   * @param signal aborts the request
   * @throws the first error of the answer: the commands' own operations must succeed as a whole
   */
  query<Result, Variables>(
    document: TadaDocumentNode<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result>;
  /** Yields the job, then again after each change, until it has ended. @throws JOB_NOT_FOUND */
  jobChanges(jobId: string, signal: AbortSignal): AsyncIterable<JobState>;
  /** Time for which a command repeats a query while results are computed, unless it sets another limit; milliseconds. */
  readonly patienceMilliseconds: number;
  close(): Promise<void>;
}

/** Returns the error of a command whose argument is a slug that no study has. */
export function studyNotFound(slug: string): RankscopeError {
  return failure("STUDY_NOT_FOUND", {
    where: "slug",
    received: JSON.stringify(slug),
    fix: "List the studies with: rankscope studies",
  });
}
