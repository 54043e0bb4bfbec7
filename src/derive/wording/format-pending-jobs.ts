/** Returns the ids of pending jobs for use in a sentence: `job 0190...`, `jobs 0190..., 0191...`. */
export function formatPendingJobs(pending: readonly { readonly pendingJobs: readonly string[] }[]): string {
  const ids = [...new Set(pending.flatMap(({ pendingJobs }) => pendingJobs))];
  return `${ids.length === 1 ? "job" : "jobs"} ${ids.join(", ")}`;
}
