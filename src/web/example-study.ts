import { authorization } from "./bearer-token.js";

/** The study and the runs in the variables of the saved operations. */
export interface ExampleStudy {
  readonly slug: string;
  readonly rank: number;
  /** IDs of two runs at this rank, runs with weights first. */
  readonly baseline: string;
  readonly candidate: string;
  /** IDs of runs, runs with weights first. */
  readonly experiments: readonly string[];
}

/** The maximum number of runs in the Matrix tab. A larger matrix is hard to read as JSON. */
const MAX_MATRIX_RUNS = 8;

/** The study in the tabs while the server has none. */
export const PLACEHOLDER_STUDY: ExampleStudy = {
  slug: "my-study",
  rank: 8,
  baseline: "the id of an experiment",
  candidate: "the id of another experiment",
  experiments: ["the id of an experiment", "the id of another experiment"],
};

/** Maximum wait for the response in milliseconds. The playground then opens with the placeholder. */
const TIMEOUT_MILLISECONDS = 5000;

interface Run {
  readonly id: string;
  readonly hasWeights: boolean;
  readonly rank: { readonly r: number };
}

interface StudiesResponse {
  readonly data?: {
    readonly studies: {
      readonly nodes: readonly {
        readonly slug: string;
        readonly ranks: readonly { readonly r: number }[];
        readonly experiments: { readonly nodes: readonly Run[] };
      }[];
    };
  };
  readonly errors?: readonly { readonly message: string }[];
}

/** Returns the newest study on the server. Without one, returns the placeholder and a hint with the reason. */
export async function fetchExampleStudy(
  endpoint: string,
  token: string,
): Promise<{ readonly study: ExampleStudy; readonly hint?: string }> {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization(token) },
      body: JSON.stringify({ query: QUERY }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const { data, errors } = (await response.json()) as StudiesResponse;
    if (data === undefined) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
    const [newest] = data.studies.nodes;
    if (newest === undefined) return { study: PLACEHOLDER_STUDY, hint: NO_STUDY_HINT };
    const ranks = newest.ranks.map(({ r }) => r);
    const rank = ranks.includes(PLACEHOLDER_STUDY.rank) ? PLACEHOLDER_STUDY.rank : (ranks[0] ?? PLACEHOLDER_STUDY.rank);
    return { study: { slug: newest.slug, rank, ...chooseRuns(newest.experiments.nodes, rank) } };
  } catch (cause) {
    return { study: PLACEHOLDER_STUDY, hint: failureHint(cause) };
  }
}

const QUERY = `{
  studies(first: 1) { nodes { slug ranks { r } experiments(first: 100) { nodes { id hasWeights rank { r } } } } }
}`;

/**
 * Chooses example runs. The server returns runs in order of rank, then from most to fewest bits, so the first and last run of
 * a rank are a baseline and a candidate.
 */
function chooseRuns(runs: readonly Run[], rank: number): Omit<ExampleStudy, "slug" | "rank"> {
  const withWeights = runs.filter(({ hasWeights }) => hasWeights);
  const usable = withWeights.length > 0 ? withWeights : runs;
  const atRank = usable.filter(({ rank: { r } }) => r === rank);
  const pool = atRank.length > 1 ? atRank : usable;
  const experiments = usable.slice(0, MAX_MATRIX_RUNS);
  return {
    baseline: pool[0]?.id ?? PLACEHOLDER_STUDY.baseline,
    candidate: pool.at(-1)?.id ?? PLACEHOLDER_STUDY.candidate,
    experiments: experiments.length > 0 ? experiments.map(({ id }) => id) : PLACEHOLDER_STUDY.experiments,
  };
}

const NO_STUDY_HINT =
  "This server has no study yet. Set the folder in the variables of the Import tab, run the tab, then reload this page.";

function failureHint(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `The list of studies could not be loaded (${reason}). The tabs use "${PLACEHOLDER_STUDY.slug}" instead. Reload this page to try again.`;
}
