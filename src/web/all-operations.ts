import type { ExampleStudy } from "./first-study.js";
import across from "./operations/across.graphql";
import allocation from "./operations/allocation.graphql";
import compare from "./operations/compare.graphql";
import curves from "./operations/curves.graphql";
import diagnose from "./operations/diagnose.graphql";
import evidence from "./operations/evidence.graphql";
import groups from "./operations/groups.graphql";
import importStudy from "./operations/import.graphql";
import layerDetail from "./operations/layer-detail.graphql";
import matrix from "./operations/matrix.graphql";
import precompute from "./operations/precompute.graphql";
import progress from "./operations/progress.graphql";
import recommend from "./operations/recommend.graphql";
import rows from "./operations/rows.graphql";
import similarity from "./operations/similarity.graphql";
import studies from "./operations/studies.graphql";

/** A tab as GraphiQL takes it: texts of its two editors. */
export interface ReadyTab {
  readonly query: string;
  readonly variables: string | null;
}

/** An operation that comes with the playground. */
export interface SavedOperation extends ReadyTab {
  /** The operation's. */
  readonly name: string;
  /** What it answers, in a line. */
  readonly answers: string;
  /** Whether it is open on a first visit. */
  readonly ready: boolean;
}

/** All operations that come with the playground, about `study`; those that are `ready` are the tabs of a first visit. */
export function allOperations({ slug, rank, baseline, candidate, experiments }: ExampleStudy): SavedOperation[] {
  return [
    ready(diagnose, "A study's whole diagnosis: degradation, r*, similarity, hypotheses, recommendation.", { slug }),
    ready(evidence, "What the diagnosis rests on: intervals, tests, sensitivities, trends, failure modes.", {
      slug,
      rank,
    }),
    ready(compare, "Any two runs: what they measured, how they were set, and every layer's update.", {
      baseline,
      candidate,
    }),
    ready(matrix, "How alike the updates of several runs are, all pairs, layer by layer.", { experiments }),
    ready(layerDetail, "What is inside a run's updates: norms, singular values, effective ranks.", {
      experiment: candidate,
    }),
    ready(studies, "Which studies this server has."),
    ready(similarity, "The baseline's and the candidate's updates at one rank, layer by layer.", { slug, rank }),
    ready(curves, "The evaluation loss of every run over its steps.", { slug }),
    ready(importStudy, "Imports a folder on the server.", { input: { folder: "../runs/my-study" } }),
    ready(precompute, "Computes all that can be asked of a study's weights, in the background.", { slug }),
    ready(progress, "Follows a job until it has ended.", { id: "the id of a job, as Precompute gives it" }),
    saved(across, "Studies side by side: degradation at each rank, r*, similarity, memory saved.", { slugs: [slug] }),
    saved(groups, "Mean, deviation and best of a metric by base model, rank and quantization, over all studies."),
    saved(recommend, "The run to use within a memory budget and a degradation, and why not the others.", {
      slug,
      memoryBudgetMb: null,
      maxDegradationPercent: 2,
    }),
    saved(allocation, "Ranks by layer that spend a budget of parameters where sensitivity is, for PEFT.", {
      slug,
      rank,
    }),
    saved(rows, "Runs of all studies as flat rows, filtered and ordered, for tables.", {
      filter: { rank: { lte: 8 } },
    }),
  ];
}

function ready(operation: string, answers: string, variables?: Record<string, unknown>): SavedOperation {
  return { ...saved(operation, answers, variables), ready: true };
}

function saved(operation: string, answers: string, variables?: Record<string, unknown>): SavedOperation {
  const [, name = ""] = /^(?:query|mutation|subscription) (\w+)/m.exec(operation) ?? [];
  return {
    name,
    answers,
    ready: false,
    query: operation.trimEnd(),
    variables: variables === undefined ? null : JSON.stringify(variables, null, 2),
  };
}
