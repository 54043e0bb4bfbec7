import { useEffect } from "react";
import type { Answer } from "./answer.js";
import { unfinishedJobs } from "./job.js";

/** Milliseconds between two tries. */
const PAUSE = 3_000;

/** Asks again after a while where an answer says that weights are pending and names no job to wait for. */
export function useAskAgain(isPending: boolean, { data, isBusy, error, retry }: Answer<unknown>): void {
  const isForgotten = isPending && !isBusy && error === null && unfinishedJobs(data).length === 0;
  useEffect(() => {
    if (!isForgotten) return undefined;
    const timer = setTimeout(retry, PAUSE);
    return () => clearTimeout(timer);
    // `retry` is another function each time, and asks the same.
  }, [isForgotten]);
}
