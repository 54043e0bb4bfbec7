import { useQuery, useQueryClient } from "@tanstack/react-query";
import { sendOperation } from "../api/send-operation.js";
import { JobFields, type Job } from "../api/job.js";
import { useJobProgress } from "../api/use-job-progress.js";
import { graphql } from "../graphql.js";
import { pluralize, sentenceCase } from "../parts/text.js";

/** Interval for polling new jobs, in milliseconds. The progress of a known job arrives by subscription. */
const POLL_MILLISECONDS = 5_000;
/** Maximum number of jobs in the list. */
const MAX_SHOWN = 20;

const RunningNow = graphql(
  `
    query RunningJobs($first: Int!) {
      jobs(status: [QUEUED, RUNNING], first: $first) {
        ...JobFields
      }
    }
  `,
  [JobFields],
);

/** The queued and running jobs of the server. Renders nothing without jobs. */
export function RunningJobs() {
  const cache = useQueryClient();
  const { data } = useQuery({
    queryKey: ["running jobs"],
    queryFn: ({ signal }) => sendOperation(RunningNow, { first: MAX_SHOWN + 1 }, signal),
    refetchInterval: POLL_MILLISECONDS,
    staleTime: 0,
  });
  const jobs = data?.jobs ?? [];
  const key = jobs.map(({ id }) => id).join(" ");
  return (
    <div className="jobs">
      {jobs.length > 0 && (
        <Jobs key={key} jobs={jobs} onEnd={() => void cache.invalidateQueries({ queryKey: ["running jobs"] })} />
      )}
    </div>
  );
}

function Jobs({ jobs: initial, onEnd }: { readonly jobs: readonly Job[]; readonly onEnd: () => void }) {
  const { jobs } = useJobProgress(initial.slice(0, MAX_SHOWN), onEnd);
  return (
    <details>
      <summary>
        {initial.length > MAX_SHOWN ? `More than ${MAX_SHOWN} jobs` : pluralize(initial.length, "job")} running
      </summary>
      <ul>
        {jobs.map(({ id, kind, status, done, total, message }) => (
          <li key={id}>
            <span>
              {sentenceCase(kind)}, {sentenceCase(status).toLowerCase()}
              {total > 0 && `: ${done} of ${total}`}
            </span>
            <progress aria-label={`${sentenceCase(kind)} job`} {...(total > 0 ? { value: done, max: total } : {})} />
            {message !== "" && <span className="note">{message}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
