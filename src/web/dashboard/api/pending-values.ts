import { useEffect } from "react";
import { unfinishedJobs } from "./job.js";
import type { OperationResult } from "./use-operation.js";

/** Maximum wait of a panel for values that are not stored, in seconds. After it, the panel shows the progress of the jobs. */
export const WAIT_SECONDS = 0.5;

/** Milliseconds before the operation is sent again. */
const RETRY_MILLISECONDS = 3_000;

/** Sends an operation again after a while if its result is pending but names no job to wait for. */
export function useRetryWhilePending(
  isPending: boolean,
  { data, isBusy, error, retry }: OperationResult<unknown>,
): void {
  const hasNoJob = isPending && !isBusy && error === null && unfinishedJobs(data).length === 0;
  useEffect(() => {
    if (!hasNoJob) return undefined;
    const timer = setTimeout(retry, RETRY_MILLISECONDS);
    return () => clearTimeout(timer);
    // `retry` is a new function in every render, but always sends the same operation.
  }, [hasNoJob]);
}
