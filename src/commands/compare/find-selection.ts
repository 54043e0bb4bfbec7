import { failure } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import { studyNotFound, type GraphQLClient } from "../client/graphql-client.js";

/** The runs and studies that the arguments of `rankscope compare` name. */
interface Selection {
  /** Ids of experiments, in the given order. */
  readonly runs: readonly string[];
  /** Slugs, in the given order. */
  readonly studies: readonly string[];
}

/** More columns are unreadable, and one request has an upper limit of cost. */
const MAX_COMPARED = 32;

const ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Resolves arguments of the forms `slug`, `slug/experiment` and an experiment's id.
 *
 * @throws ARGUMENT_INVALID, STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND
 */
export async function findSelection(
  client: GraphQLClient,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Selection> {
  if (words.length > MAX_COMPARED) {
    throw failure("ARGUMENT_INVALID", {
      where: "the runs and studies to compare",
      received: `${words.length} names`,
      allowed: `up to ${MAX_COMPARED}`,
      fix: "Compare fewer, or use the API: compareStudies accepts 1,000 studies.",
    });
  }
  const studies = words.filter((word) => !word.includes("/") && !ID.test(word));
  await checkStudies(client, studies, signal);
  const runs = words.filter((word) => word.includes("/") || ID.test(word));
  const ids = await Promise.all(runs.map((word) => findExperiment(client, word, signal)));
  return { runs: ids, studies };
}

async function checkStudies(client: GraphQLClient, slugs: readonly string[], signal: AbortSignal): Promise<void> {
  if (slugs.length === 0) return;
  const { compareStudies } = await client.query(MISSING, { slugs: [...slugs] }, signal);
  const [missing] = compareStudies.missingSlugs;
  if (missing !== undefined) throw studyNotFound(missing);
}

const MISSING = graphql(`
  query Missing($slugs: [String!]!) {
    compareStudies(slugs: $slugs, metric: TRAINING_LOSS) {
      missingSlugs
    }
  }
`);

/** Returns the id of an experiment that is named as `slug/experiment`, or by its id. @throws ARGUMENT_INVALID, STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND */
export async function findExperiment(client: GraphQLClient, word: string, signal: AbortSignal): Promise<string> {
  if (ID.test(word)) return word;
  if (word.includes("/")) return idOf(client, word, signal);
  throw failure("ARGUMENT_INVALID", {
    where: "the run",
    received: JSON.stringify(word),
    allowed: "study/experiment, or the id of an experiment",
  });
}

/** @throws STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND */
async function idOf(client: GraphQLClient, word: string, signal: AbortSignal): Promise<string> {
  const slash = word.indexOf("/");
  const [slug, name] = [word.slice(0, slash), word.slice(slash + 1)];
  const answer = await client.query(EXPERIMENT, { slug, name }, signal);
  if (answer.study === null) throw studyNotFound(slug);
  const [found] = answer.experimentRows.nodes;
  if (found === undefined) {
    throw failure("EXPERIMENT_NOT_FOUND", {
      where: `the study ${slug}`,
      received: JSON.stringify(name),
      fix: `List its experiments with: rankscope report ${slug}`,
    });
  }
  return found.id;
}

const EXPERIMENT = graphql(`
  query Experiment($slug: String!, $name: String!) {
    study(slug: $slug) {
      slug
    }
    experimentRows(first: 1, filter: { study: { slug: { equals: $slug } }, name: { equals: $name } }) {
      nodes {
        id
      }
    }
  }
`);
