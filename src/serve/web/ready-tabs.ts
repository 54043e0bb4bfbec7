import type { ExampleStudy } from "./first-study.js";
import compare from "./operations/compare.graphql";
import curves from "./operations/curves.graphql";
import diagnose from "./operations/diagnose.graphql";
import evidence from "./operations/evidence.graphql";
import importStudy from "./operations/import.graphql";
import layerDetail from "./operations/layer-detail.graphql";
import matrix from "./operations/matrix.graphql";
import precompute from "./operations/precompute.graphql";
import progress from "./operations/progress.graphql";
import similarity from "./operations/similarity.graphql";
import studies from "./operations/studies.graphql";

/** A tab as GraphiQL takes it: texts of its two editors. */
export interface ReadyTab {
  readonly query: string;
  readonly variables: string | null;
}

/** The tabs of a first visit, in order, about `study`. */
export function readyTabs({ slug, rank, baseline, candidate, experiments }: ExampleStudy): readonly ReadyTab[] {
  return [
    tab(diagnose, { slug }),
    tab(evidence, { slug, rank }),
    tab(compare, { baseline, candidate }),
    tab(matrix, { experiments }),
    tab(layerDetail, { experiment: candidate }),
    tab(studies),
    tab(similarity, { slug, rank }),
    tab(curves, { slug }),
    tab(importStudy, { input: { folder: "../runs/my-study" } }),
    tab(precompute, { slug }),
    tab(progress, { id: "the id of a job, as Precompute gives it" }),
  ];
}

function tab(operation: string, variables?: Record<string, unknown>): ReadyTab {
  return { query: operation.trimEnd(), variables: variables === undefined ? null : JSON.stringify(variables, null, 2) };
}
