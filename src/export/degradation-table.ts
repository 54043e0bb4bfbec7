import { degradationByRank, type AcceptanceRule } from "../derive/degradation/degradation.js";
import type { Run } from "../derive/runs/comparison-roles.js";
import { oneBatch } from "./batches.js";
import type { Cell, Table } from "./table.js";

/** Returns a table with a row for each rank. */
export function degradationTable(runs: readonly Run[], rule: AcceptanceRule): Table {
  const rows = degradationByRank(runs, rule).map(({ rank, degradation }): Cell[] => {
    const { baseline, candidate, interval } = degradation;
    return [
      rank,
      rule.metric,
      baseline?.mean ?? null,
      baseline?.n ?? 0,
      candidate?.mean ?? null,
      candidate?.n ?? 0,
      degradation.absolute,
      degradation.percent,
      interval?.low ?? null,
      interval?.high ?? null,
      degradation.acceptable,
      degradation.verdict,
      degradation.reason,
    ];
  });
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "metric", type: "text" },
      { name: "baseline_mean", type: "number" },
      { name: "baseline_n", type: "integer" },
      { name: "candidate_mean", type: "number" },
      { name: "candidate_n", type: "integer" },
      { name: "absolute", type: "number" },
      { name: "percent", type: "number" },
      { name: "percent_low", type: "number" },
      { name: "percent_high", type: "number" },
      { name: "acceptable", type: "boolean" },
      { name: "verdict", type: "text" },
      { name: "reason", type: "text" },
    ],
    rows: oneBatch(rows),
  };
}
