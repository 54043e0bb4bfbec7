import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "../api/ask.js";
import { JobFields, type Job } from "../api/job.js";
import { useJobs } from "../api/use-jobs.js";
import { graphql } from "../graphql.js";
import { counted, words } from "../parts/words.js";

/** Milliseconds between two looks for new jobs; how far each one is comes by subscription. */
const LOOK_EVERY = 5_000;
/** More than this many at once are said to be more. */
const SHOWN = 20;

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

/** What the server's workers are at, in the page's header; nothing while they rest. */
export function RunningJobs() {
  const cache = useQueryClient();
  const { data } = useQuery({
    queryKey: ["running jobs"],
    queryFn: ({ signal }) => ask(RunningNow, { first: SHOWN + 1 }, signal),
    refetchInterval: LOOK_EVERY,
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

function Jobs({ jobs: given, onEnd }: { readonly jobs: readonly Job[]; readonly onEnd: () => void }) {
  const { jobs } = useJobs(given.slice(0, SHOWN), onEnd);
  return (
    <details>
      <summary>{given.length > SHOWN ? `More than ${SHOWN} jobs` : counted(given.length, "job")} under way</summary>
      <ul>
        {jobs.map(({ id, kind, status, done, total, message }) => (
          <li key={id}>
            <span>
              {words(kind)}, {words(status).toLowerCase()}
              {total > 0 && `: ${done} of ${total}`}
            </span>
            <progress aria-label={`${words(kind)} job`} {...(total > 0 ? { value: done, max: total } : {})} />
            {message !== "" && <span className="note">{message}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
