import { useQueries } from "@tanstack/react-query";
import type { ResultOf } from "gql.tada";
import { sendOperation } from "../../api/send-operation.js";
import { graphql } from "../../graphql.js";
import { metricOf, type MetricKey } from "../../parts/metrics.js";
import { MAX_STUDIES_PER_REQUEST } from "./studies-query.js";

const SummariesQuery = graphql(`
  query Summaries($slugs: [String!]!, $metric: MetricName!, $name: String!, $first: Int!) {
    compareStudies(slugs: $slugs, metric: $metric) {
      byStudy {
        study {
          slug
          bestConfiguration(metric: $name) {
            configuration
            rank
            mean
            n
            certainty
          }
        }
        minimumViableRank {
          rank
          bound
          certainty
          reason
        }
        meanCosineSimilarity
        memoryReductionPercent
      }
    }
    experimentGroups(by: [STUDY], metric: $name, filter: { study: { slug: { in: $slugs } } }, first: $first) {
      nodes {
        study
        mean
        n
      }
    }
  }
`);

type Result = ResultOf<typeof SummariesQuery>;

/** The conclusions in a row of the study list: undefined if a conclusion is missing, null if it does not exist. */
interface Summary {
  readonly across: Result["compareStudies"]["byStudy"][number] | undefined;
  readonly metric: Result["experimentGroups"]["nodes"][number] | undefined;
}

export interface Summaries {
  /** Returns the summary of a study, or undefined until it is loaded. */
  get(slug: string): Summary | undefined;
  /** The error that made some summaries unavailable, or null. */
  readonly error: Error | null;
}

/** Fetches the summaries of up to MAX_STUDIES_PER_REQUEST studies, by slug. @throws the errors of `sendOperation` */
export async function fetchSummaries(
  slugs: readonly string[],
  metric: MetricKey,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Summary>> {
  const variables = { slugs: [...slugs], metric: metricOf(metric).name, name: metric, first: MAX_STUDIES_PER_REQUEST };
  const { compareStudies, experimentGroups } = await sendOperation(SummariesQuery, variables, signal);
  const groups = new Map(experimentGroups.nodes.map((group) => [group.study, group]));
  return new Map(
    compareStudies.byStudy.map((across) => [across.study.slug, { across, metric: groups.get(across.study.slug) }]),
  );
}

/** Loads the summaries of the listed studies in batches. They load separately, so that the rows appear first. */
export function useSummaries(slugs: readonly string[], metric: MetricKey): Summaries {
  const batches = Array.from({ length: Math.ceil(slugs.length / MAX_STUDIES_PER_REQUEST) }, (_, i) =>
    slugs.slice(i * MAX_STUDIES_PER_REQUEST, (i + 1) * MAX_STUDIES_PER_REQUEST),
  );
  return useQueries({
    queries: batches.map((batch) => ({
      queryKey: ["summaries", metric, batch],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchSummaries(batch, metric, signal),
    })),
    combine: (results) => {
      const summaries = new Map(results.flatMap(({ data }) => [...(data ?? [])]));
      return {
        get: (slug: string) => summaries.get(slug),
        error: results.find(({ error }) => error !== null)?.error ?? null,
      };
    },
  });
}
