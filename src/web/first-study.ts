import { authorization } from "./bearer-token.js";

/** What the ready tabs ask about. */
export interface ExampleStudy {
  readonly slug: string;
  readonly rank: number;
  /** Ids of two runs of this rank, with weights where there are such. */
  readonly baseline: string;
  readonly candidate: string;
  /** Ids of runs with weights. */
  readonly experiments: readonly string[];
}

/** The matrix tab asks about no more: more is for those who have seen one. */
const SOME_EXPERIMENTS = 8;

/** Stands in the tabs while the server has no study. */
export const PLACEHOLDER: ExampleStudy = {
  slug: "my-study",
  rank: 8,
  baseline: "the id of an experiment",
  candidate: "the id of another",
  experiments: ["the ids", "of experiments"],
};

/** Milliseconds; the playground opens without the answer then. */
const PATIENCE = 5000;

interface Run {
  readonly id: string;
  readonly hasWeights: boolean;
  readonly rank: { readonly r: number };
}

interface Answer {
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

/** The newest study that the server has, or the placeholder with a hint that says why. */
export async function firstStudy(
  endpoint: string,
  token: string,
): Promise<{ readonly study: ExampleStudy; readonly hint?: string }> {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization(token) },
      body: JSON.stringify({ query: QUERY }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (data === undefined) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
    const [newest] = data.studies.nodes;
    if (newest === undefined) return { study: PLACEHOLDER, hint: NO_STUDY };
    const ranks = newest.ranks.map(({ r }) => r);
    const rank = ranks.includes(PLACEHOLDER.rank) ? PLACEHOLDER.rank : (ranks[0] ?? PLACEHOLDER.rank);
    return { study: { slug: newest.slug, rank, ...runsOf(newest.experiments.nodes, rank) } };
  } catch (cause) {
    return { study: PLACEHOLDER, hint: noAnswer(cause) };
  }
}

const QUERY = `{
  studies(first: 1) { nodes { slug ranks { r } experiments(first: 100) { nodes { id hasWeights rank { r } } } } }
}`;

/** Runs come by rank and the more bits first: the first and the last of a rank are its baseline and its candidate. */
function runsOf(runs: readonly Run[], rank: number): Omit<ExampleStudy, "slug" | "rank"> {
  const withWeights = runs.filter(({ hasWeights }) => hasWeights);
  const known = withWeights.length > 0 ? withWeights : runs;
  const ofRank = known.filter(({ rank: { r } }) => r === rank);
  const [pool, experiments] = [ofRank.length > 1 ? ofRank : known, known.slice(0, SOME_EXPERIMENTS)];
  return {
    baseline: pool[0]?.id ?? PLACEHOLDER.baseline,
    candidate: pool.at(-1)?.id ?? PLACEHOLDER.candidate,
    experiments: experiments.length > 0 ? experiments.map(({ id }) => id) : PLACEHOLDER.experiments,
  };
}

const NO_STUDY =
  "This server has no study yet. Name a folder in the Import tab's variables, run it, then reload this page.";

function noAnswer(cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  return `The server did not tell which studies it has (${why}). The tabs name "${PLACEHOLDER.slug}" instead; reload once it answers.`;
}
