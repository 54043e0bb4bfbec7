import type { ResultOf } from "gql.tada";
import { aliasedDocument, graphql } from "../../model/graphql-document.js";
import type { GraphQLClient } from "../client/graphql-client.js";

const STUDY = graphql(`
  fragment ComparedStudyFields on Study {
    slug
    name
    baseModel
    experiments(first: 1) {
      totalCount
    }
    roles {
      baseline
      candidate
    }
    ranks {
      r
      degradation {
        percent
        verdict
        certainty
        reason
        interval {
          low
          high
          confidence
        }
      }
    }
    minimumViableRank {
      rank
      bound
      certainty
      leastAcceptableRank
      reason
    }
  }
`);

/** Summaries of the stored comparisons of weights. The query computes nothing. */
const SUMMARIES = graphql(`
  query StudySummaries($slugs: [String!]!) {
    compareStudies(slugs: $slugs, metric: TRAINING_LOSS) {
      byStudy {
        meanCosineSimilarity
        comparedLayers
        missingLayers
        memoryReductionPercent
      }
    }
  }
`);

type StudyFields = ResultOf<typeof STUDY>;
type StudyWeights = ResultOf<typeof SUMMARIES>["compareStudies"]["byStudy"][number];

/** A study, as `rankscope compare --json` prints it; its degradation is that of training loss. */
export type ComparedStudy = StudyFields & { readonly weights: StudyWeights };

/** Loads studies by their slugs, all of which must exist. */
export async function compareStudies(
  client: GraphQLClient,
  slugs: readonly string[],
  signal: AbortSignal,
): Promise<ComparedStudy[]> {
  if (slugs.length === 0) return [];
  const variables = Object.fromEntries(slugs.map((slug, i) => [`s${i}`, slug]));
  const [studies, { compareStudies: summaries }] = await Promise.all([
    client.query(studiesDocument(slugs.length), variables, signal),
    client.query(SUMMARIES, { slugs: [...slugs] }, signal),
  ]);
  return slugs.map((_, i) => {
    const weights = summaries.byStudy[i] as StudyWeights;
    return { ...(studies[`study${i}`] as StudyFields), weights };
  });
}

function studiesDocument(count: number) {
  const indices = Array.from({ length: count }, (_, i) => i);
  return aliasedDocument<Record<string, StudyFields>, Record<string, string>>(
    `query Studies(${indices.map((i) => `$s${i}: String!`).join(", ")}) {
      ${indices.map((i) => `study${i}: study(slug: $s${i}) { ...ComparedStudyFields }`).join("\n      ")}
    }`,
    [STUDY],
  );
}
