import type { ResultOf } from "gql.tada";
import { graphql } from "../../graphql.js";

/** The selected runs with their metrics. */
export const RunsQuery = graphql(`
  query Runs($ids: [ID!]!) {
    experiments(ids: $ids) {
      id
      name
      study {
        slug
        name
        baseModel
      }
      method
      quantization {
        label
      }
      rank {
        r
      }
      seed
      steps
      numSamples
      hasWeights
      curves
      metrics {
        name
        value
      }
    }
  }
`);

export type Run = NonNullable<ResultOf<typeof RunsQuery>["experiments"][number]>;

/** Returns the name of a run. If the runs belong to several studies, the name includes the slug of its study. */
export function runLabel(run: Run, runs: readonly Run[]): string {
  return runs.every(({ study }) => study.slug === run.study.slug) ? run.name : `${run.name}, ${run.study.slug}`;
}
