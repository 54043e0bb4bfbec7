/** The jobs that some conclusions wait for, to name in a sentence: `job 0190..., 0191...`. */
export function formatPendingJobs(waiting: readonly { readonly pendingJobs: readonly string[] }[]): string {
  const ids = [...new Set(waiting.flatMap(({ pendingJobs }) => pendingJobs))];
  return `${ids.length === 1 ? "job" : "jobs"} ${ids.join(", ")}`;
}
