import { useQueries } from "@tanstack/react-query";
import type { ResultOf } from "gql.tada";
import { ask } from "../../api/ask.js";
import { graphql } from "../../graphql.js";
import { metricOf, type MetricKey } from "../../parts/metrics.js";

/** Studies that one request sums up. */
const BATCH = 100;

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

/** Sums up the listed studies, a batch of rows at a time, apart from the list itself: rows need not wait for it. */
export function useSummaries(slugs: readonly string[], metric: MetricKey): Summaries {
  const batches = Array.from({ length: Math.ceil(slugs.length / BATCH) }, (_, i) =>
    slugs.slice(i * BATCH, (i + 1) * BATCH),
  );
  return useQueries({
    queries: batches.map((batch) => ({
      queryKey: ["summaries", metric, batch],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        ask(SummariesQuery, { slugs: batch, metric: metricOf(metric).name, name: metric, first: BATCH }, signal),
    })),
    combine: (answers) => {
      const summaries = new Map<string, Summary>();
      for (const { data } of answers) {
        const groups = new Map(data?.experimentGroups.nodes.map((group) => [group.study, group]));
        for (const across of data?.compareStudies.byStudy ?? []) {
          summaries.set(across.study.slug, { across, metric: groups.get(across.study.slug) });
        }
      }
      return {
        of: (slug: string) => summaries.get(slug),
        error: answers.find(({ error }) => error !== null)?.error ?? null,
      };
    },
  });
}
