import { useQueries } from "@tanstack/react-query";
import type { ResultOf } from "gql.tada";
import { ask } from "../../api/ask.js";
import { graphql } from "../../graphql.js";
import { metricOf, type MetricKey } from "../../parts/metrics.js";
import { STUDIES_AT_ONCE } from "./studies-query.js";

const SummariesQuery = graphql(`
  query Summaries($slugs: [String!]!, $metric: MetricName!, $name: String!, $first: Int!) {
    compareStudies(slugs: $slugs, metric: $metric) {
      byStudy {
        study {
          slug
        }
        minimumViableRank {
          rank
          bound
          reason
        }
        meanCosineSimilarity
        memoryReductionPercent
      }
    }
    experimentGroups(by: [STUDY], metric: $name, filter: { study: { slug: { in: $slugs } } }, first: $first) {
      nodes {
        study
        min
        mean
        n
      }
    }
  }
`);

type Result = ResultOf<typeof SummariesQuery>;

/** A study's conclusions in a row: what is not there yet is undefined, what does not exist null. */
export interface Summary {
  readonly across: Result["compareStudies"]["byStudy"][number] | undefined;
  readonly metric: Result["experimentGroups"]["nodes"][number] | undefined;
}

export interface Summaries {
  /** Undefined while it is on its way. */
  of(slug: string): Summary | undefined;
  /** Why some are missing. */
  readonly error: Error | null;
}

/** Sums up as many studies as one request may, by slug. @throws as `ask` does */
export async function askSummaries(
  slugs: readonly string[],
  metric: MetricKey,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Summary>> {
  const variables = { slugs: [...slugs], metric: metricOf(metric).name, name: metric, first: STUDIES_AT_ONCE };
  const { compareStudies, experimentGroups } = await ask(SummariesQuery, variables, signal);
  const groups = new Map(experimentGroups.nodes.map((group) => [group.study, group]));
  return new Map(
    compareStudies.byStudy.map((across) => [across.study.slug, { across, metric: groups.get(across.study.slug) }]),
  );
}

/** Sums up the listed studies, a batch of rows at a time, apart from the list itself: rows need not wait for it. */
export function useSummaries(slugs: readonly string[], metric: MetricKey): Summaries {
  const batches = Array.from({ length: Math.ceil(slugs.length / STUDIES_AT_ONCE) }, (_, i) =>
    slugs.slice(i * STUDIES_AT_ONCE, (i + 1) * STUDIES_AT_ONCE),
  );
  return useQueries({
    queries: batches.map((batch) => ({
      queryKey: ["summaries", metric, batch],
      queryFn: ({ signal }: { signal: AbortSignal }) => askSummaries(batch, metric, signal),
    })),
    combine: (answers) => {
      const summaries = new Map(answers.flatMap(({ data }) => [...(data ?? [])]));
      return {
        of: (slug: string) => summaries.get(slug),
        error: answers.find(({ error }) => error !== null)?.error ?? null,
      };
    },
  });
}
