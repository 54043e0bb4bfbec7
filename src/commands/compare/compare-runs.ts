import type { ResultOf } from "gql.tada";
import { failure } from "../../errors.js";
import { aliasedDocument, graphql } from "../../model/graphql-document.js";
import type { GraphQLClient } from "../client/graphql-client.js";
import { queryUntilComplete, type WaitOptions } from "../client/query-until-complete.js";

/** Logged curves, thinned to evenly spaced points: as many as one line of a terminal shows. */
const CURVE = graphql(`
  fragment ComparedCurve on Curve {
    steps
    values
    totalPoints
    sampled
  }
`);

const RUN = graphql(
  `
    fragment ComparedRun on Experiment {
      id
      name
      study {
        slug
      }
      method
      quantization {
        label
      }
      rank {
        r
      }
      seed
      metrics {
        name
        value
      }
      loss: curve(metric: "loss", maxPoints: 40) {
        ...ComparedCurve
      }
      evalLoss: curve(metric: "eval_loss", maxPoints: 40) {
        ...ComparedCurve
      }
    }
  `,
  [CURVE],
);

const PAIR = graphql(`
  fragment ComparedPair on ExperimentComparison {
    baseline {
      id
    }
    candidate {
      id
    }
    metricDeltas {
      metric
      baseline
      candidate
      absolute
      percent
      reason
    }
    configDifferences {
      field
      baseline
      candidate
    }
    confounds {
      kind
      severity
      message
    }
    summary {
      meanCosineSimilarity
      minCosineSimilarity
      maxCosineSimilarity
      comparedLayers
      initialCosine
      sharedStart
    }
    layersTotal
    layers {
      undefinedReason
    }
  }
`);

/** A run, as `rankscope compare --json` prints it. */
export type ComparedRun = ResultOf<typeof RUN>;
/** The first run compared with another one. */
export type ComparedPair = ResultOf<typeof PAIR>;
export type ComparedCurve = ResultOf<typeof CURVE>;

export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  readonly pairs: readonly ComparedPair[];
  /** Number of values that are still being computed. */
  readonly pending: number;
}

/** Loads runs by their ids, and compares the first one with each of the others. @throws EXPERIMENT_NOT_FOUND */
export async function compareRuns(
  client: GraphQLClient,
  ids: readonly string[],
  options: WaitOptions,
): Promise<RunComparison> {
  const variables = Object.fromEntries(ids.map((id, i) => [`r${i}`, id]));
  const { data, pending } = await queryUntilComplete(client, runsDocument(ids.length), variables, options);
  const runs = ids.map((id, i) => {
    const run = data[`run${i}`] as ComparedRun | null;
    if (run === null) throw failure("EXPERIMENT_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
    return run;
  });
  const pairs = ids.slice(1).map((_, i) => data[`pair${i + 1}`] as ComparedPair);
  return { runs, pairs, pending };
}

function runsDocument(count: number) {
  const indices = Array.from({ length: count }, (_, i) => i);
  const runs = indices.map((i) => `run${i}: experiment(id: $r${i}) { ...ComparedRun }`);
  const pairs = indices
    .slice(1)
    .map((i) => `pair${i}: compareExperiments(baseline: $r0, candidate: $r${i}) { ...ComparedPair }`);
  return aliasedDocument<Record<string, ComparedRun | ComparedPair | null>, Record<string, string>>(
    `query Runs(${indices.map((i) => `$r${i}: ID!`).join(", ")}) {
      ${[...runs, ...pairs].join("\n      ")}
    }`,
    count > 1 ? [RUN, PAIR] : [RUN],
  );
}
