/** What the ready tabs ask about. */
export interface ExampleStudy {
  readonly slug: string;
  readonly rank: number;
}

/** Stands in the tabs while the server has no study. */
export const PLACEHOLDER: ExampleStudy = { slug: "my-study", rank: 8 };

/** Milliseconds; the playground opens without the answer then. */
const PATIENCE = 5000;

interface Answer {
  readonly data?: {
    readonly studies: {
      readonly nodes: readonly { readonly slug: string; readonly ranks: readonly { readonly r: number }[] }[];
    };
  };
  readonly errors?: readonly { readonly message: string }[];
}

/** The newest study that the server has, or the placeholder with a hint that says why. */
export async function firstStudy(endpoint: string): Promise<{ readonly study: ExampleStudy; readonly hint?: string }> {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ studies(first: 1) { nodes { slug ranks { r } } } }" }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (data === undefined) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
    const [newest] = data.studies.nodes;
    if (newest === undefined) return { study: PLACEHOLDER, hint: NO_STUDY };
    const ranks = newest.ranks.map(({ r }) => r);
    return {
      study: {
        slug: newest.slug,
        rank: ranks.includes(PLACEHOLDER.rank) ? PLACEHOLDER.rank : (ranks[0] ?? PLACEHOLDER.rank),
      },
    };
  } catch (cause) {
    return { study: PLACEHOLDER, hint: noAnswer(cause) };
  }
}

const NO_STUDY =
  "This server has no study yet. Name a folder in the Import tab's variables, run it, then reload this page.";

function noAnswer(cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  return `The server did not tell which studies it has (${why}). The tabs name "${PLACEHOLDER.slug}" instead; reload once it answers.`;
}
