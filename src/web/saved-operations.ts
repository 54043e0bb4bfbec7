import type { ExampleStudy } from "./example-study.js";
import across from "./operations/across.graphql";
import allocation from "./operations/allocation.graphql";
import behaviour from "./operations/behaviour.graphql";
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
import settings from "./operations/settings.graphql";
import similarity from "./operations/similarity.graphql";
import stateSettings from "./operations/state-settings.graphql";
import studies from "./operations/studies.graphql";

/** The contents of a GraphiQL tab's two editors. */
export interface TabContent {
  readonly query: string;
  readonly variables: string | null;
}

/** An operation that ships with the playground. */
export interface SavedOperation extends TabContent {
  /** The name of the GraphQL operation. */
  readonly name: string;
  /** One sentence on what the operation returns or does. */
  readonly description: string;
  /** Whether the operation has its own tab on the first visit. */
  readonly isDefaultTab: boolean;
}

/** Returns all operations that ship with the playground, with variables that refer to `study`. */
export function savedOperations({ slug, rank, baseline, candidate, experiments }: ExampleStudy): SavedOperation[] {
  return [
    defaultTab(diagnose, "The diagnosis of a study: degradation, r*, similarity, hypotheses, recommendation.", {
      slug,
    }),
    defaultTab(evidence, "The evidence for the diagnosis: intervals, tests, sensitivities, trends, failure modes.", {
      slug,
      rank,
    }),
    defaultTab(compare, "A comparison of any two runs: metrics, settings and the update of every layer.", {
      baseline,
      candidate,
    }),
    defaultTab(matrix, "The similarity of the updates of several runs: all pairs, layer by layer.", { experiments }),
    defaultTab(layerDetail, "The updates of one run: norms, singular values, effective ranks.", {
      experiment: candidate,
    }),
    defaultTab(studies, "The studies on this server."),
    defaultTab(similarity, "The similarity of baseline and candidate at one rank, layer by layer.", { slug, rank }),
    defaultTab(curves, "The evaluation loss of every run, step by step.", { slug }),
    defaultTab(importStudy, "Imports a folder that is on the server.", { input: { folder: "../runs/my-study" } }),
    defaultTab(precompute, "Starts a background job that computes every comparison of a study's weights.", { slug }),
    defaultTab(progress, "Follows a job until it ends.", { id: "the id of a job, from the result of Precompute" }),
    savedOperation(across, "Studies side by side: degradation at each rank, r*, similarity, memory saved.", {
      slugs: [slug],
    }),
    savedOperation(groups, "Mean, deviation and best value of a metric, grouped by base model, rank and quantization."),
    savedOperation(settings, "Runs that differ only in their seeds, and the learning rates of all runs."),
    savedOperation(stateSettings, "States a setting that the files of a run do not have, or have wrong.", {
      experiment: candidate,
    }),
    savedOperation(
      recommend,
      "The recommended run within memory and degradation limits, and why others were rejected.",
      {
        slug,
        memoryBudgetMb: null,
        maxDegradationPercent: 2,
      },
    ),
    savedOperation(allocation, "A rank per layer for PEFT that gives more of a parameter budget to sensitive layers.", {
      slug,
      rank,
    }),
    savedOperation(behaviour, "How far quantization moves the predictions on an evaluation set, beside another seed.", {
      slug,
      // The example study's set. Another server has others: query evaluationSets.
      set: "jargon",
    }),
    savedOperation(rows, "The runs of all studies as flat rows for tables, filtered and ordered.", {
      filter: { rank: { lte: 8 } },
    }),
  ];
}

function defaultTab(operation: string, description: string, variables?: Record<string, unknown>): SavedOperation {
  return { ...savedOperation(operation, description, variables), isDefaultTab: true };
}

function savedOperation(operation: string, description: string, variables?: Record<string, unknown>): SavedOperation {
  const [, name = ""] = /^(?:query|mutation|subscription) (\w+)/m.exec(operation) ?? [];
  return {
    name,
    description,
    isDefaultTab: false,
    query: operation.trimEnd(),
    variables: variables === undefined ? null : JSON.stringify(variables, null, 2),
  };
}
