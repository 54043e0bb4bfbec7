import type { ResultOf } from "gql.tada";
import { failure } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import { openClient } from "../client/open-client.js";
import { findSelection } from "../compare/find-selection.js";
import { interruptible } from "../interruptible.js";
import { printDocument, printLines, type Process } from "../process.js";
import { screenOf } from "../terminal/screen.js";
import { COMPARISON } from "./comparison-document.js";
import { predictionsText } from "./predictions-text.js";

export interface PredictionsOptions {
  readonly task?: string;
  readonly filter?: string;
  readonly metric?: string;
  /** Maximum number of flipped items that are shown. */
  readonly limit: number;
  readonly json?: true;
  readonly server?: string;
}

/**
 * Prints the comparison of two runs' predictions, with the items that flipped, or one JSON document.
 *
 * @throws ARGUMENT_INVALID, EXPERIMENT_NOT_FOUND, STUDY_NOT_FOUND
 */
export function predictions(
  command: Process,
  [baselineWord, candidateWord]: readonly [string, string],
  { task, filter, metric, limit, json, server }: PredictionsOptions,
): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "predictions", server });
    try {
      const words = [baselineWord, candidateWord];
      const [baseline, candidate] = (await findSelection(client, words, signal)).runs;
      if (baseline === undefined || candidate === undefined) {
        const allowed = "study/experiment, or an experiment's id";
        throw failure("ARGUMENT_INVALID", { where: "the runs to compare", received: words.join(" "), allowed });
      }
      const tasks = await client.query(TASKS, { baseline, candidate }, signal);
      const variables = { baseline, candidate, task: task ?? onlyTask(tasks), first: limit };
      const { comparePredictions } = await client.query(
        COMPARISON,
        { ...variables, filter: filter ?? null, metric: metric ?? null },
        signal,
      );
      const comparison = { task: variables.task, ...comparePredictions };
      if (json) printDocument(JSON.stringify(comparison, null, 2));
      else printLines(predictionsText(comparison.task, comparePredictions, screenOf(process.stdout, command.config)));
    } finally {
      await client.close();
    }
  });
}

/** Returns the only task that both runs have predictions of. @throws ARGUMENT_INVALID for none, or several */
function onlyTask({ baseline, candidate }: ResultOf<typeof TASKS>): string {
  const [ofBaseline, ofCandidate] = [baseline, candidate].map(
    (run) => new Set(run?.predictions.nodes.map(({ task }) => task)),
  );
  const common = [...(ofBaseline ?? [])].filter((task) => ofCandidate?.has(task));
  const [only, ...others] = common;
  if (only !== undefined && others.length === 0) return only;
  throw failure("ARGUMENT_INVALID", {
    where: "--task",
    received: "none",
    allowed: common.length === 0 ? "there is no task that both runs have predictions of" : common.join(", "),
  });
}

const TASKS = graphql(`
  query PredictedTasks($baseline: ID!, $candidate: ID!) {
    baseline: experiment(id: $baseline) {
      predictions(first: 1000) {
        nodes {
          task
        }
      }
    }
    candidate: experiment(id: $candidate) {
      predictions(first: 1000) {
        nodes {
          task
        }
      }
    }
  }
`);
