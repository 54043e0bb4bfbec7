import { failure } from "../../errors.js";
import type { Asker } from "../asker/asker.js";

/** What a word of `rankscope compare` names. */
export interface Selection {
  /** Ids of experiments, in the order given. */
  readonly runs: readonly string[];
  /** Slugs, in the order given. */
  readonly studies: readonly string[];
}

/** More would not be read side by side, and one request may ask for no more. */
export const MOST_COMPARED = 32;

const ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Finds what the words name: `slug`, `slug/experiment`, or an experiment's id.
 *
 * @throws ARGUMENT_INVALID, STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND
 */
export async function findSelection(asker: Asker, words: readonly string[], signal: AbortSignal): Promise<Selection> {
  if (words.length > MOST_COMPARED) {
    throw failure("ARGUMENT_INVALID", {
      where: "what is compared",
      received: `${words.length} names`,
      allowed: `up to ${MOST_COMPARED}`,
      todo: "Compare fewer, or ask the API: compareStudies takes 1,000 studies.",
    });
  }
  const studies = words.filter((word) => !word.includes("/") && !ID.test(word));
  await checkStudies(asker, studies, signal);
  const runs = words.filter((word) => word.includes("/") || ID.test(word));
  const ids = await Promise.all(
    runs.map((word) => (ID.test(word) ? Promise.resolve(word) : idOf(asker, word, signal))),
  );
  return { runs: ids, studies };
}

async function checkStudies(asker: Asker, slugs: readonly string[], signal: AbortSignal): Promise<void> {
  if (slugs.length === 0) return;
  const { compareStudies } = (await asker.ask(MISSING, { slugs }, signal)) as {
    compareStudies: { missingSlugs: readonly string[] };
  };
  const [missing] = compareStudies.missingSlugs;
  if (missing !== undefined) throw noStudy(missing);
}

const MISSING = `query Missing($slugs: [String!]!) {
  compareStudies(slugs: $slugs, metric: TRAINING_LOSS) { missingSlugs }
}`;

/** @throws STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND */
async function idOf(asker: Asker, word: string, signal: AbortSignal): Promise<string> {
  const slash = word.indexOf("/");
  const [slug, name] = [word.slice(0, slash), word.slice(slash + 1)];
  const answer = (await asker.ask(EXPERIMENT, { slug, name }, signal)) as {
    study: { slug: string } | null;
    experimentRows: { nodes: readonly { id: string }[] };
  };
  if (answer.study === null) throw noStudy(slug);
  const [found] = answer.experimentRows.nodes;
  if (found === undefined) {
    throw failure("EXPERIMENT_NOT_FOUND", {
      where: `the study ${slug}`,
      received: JSON.stringify(name),
      todo: `List its experiments with: rankscope report ${slug}`,
    });
  }
  return found.id;
}

const EXPERIMENT = `query Experiment($slug: String!, $name: String!) {
  study(slug: $slug) { slug }
  experimentRows(first: 1, filter: { study: { slug: { equals: $slug } }, name: { equals: $name } }) { nodes { id } }
}`;

const noStudy = (slug: string) =>
  failure("STUDY_NOT_FOUND", {
    where: "slug",
    received: JSON.stringify(slug),
    todo: "List the studies with: rankscope studies",
  });
