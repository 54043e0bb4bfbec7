import type { Screen } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";
import type { StudyBehaviour } from "./behaviour-document.js";

const RUN_COLUMNS = [
  text("run"),
  number("loss"),
  number("95 % interval"),
  number("items"),
  number("perplexity"),
  text("note"),
];
const RANK_COLUMNS = [
  number("rank"),
  number("KL"),
  number("95 % interval"),
  number("pairs"),
  number("KL of seeds"),
  number("pairs"),
  number("ratio"),
];

type RankRow = StudyBehaviour["ranks"][number];
type RunRow = RankRow["experiments"][number];

/** Formats the behaviour of a study's models: a table of runs, a table of ranks, and what they say together. */
export function behaviourText({ slug, ranks }: StudyBehaviour, on: string, screen: Screen): string[] {
  const runs = ranks.flatMap(({ experiments }) => experiments);
  const statements = ranks.flatMap(({ r, behaviour: { statement } }) =>
    statement === null ? [] : `Rank ${r}: ${statement}`,
  );
  const reasons = new Set(ranks.flatMap(reasonsOf));
  return [
    `${slug} on ${on}: loss in nats per scored token, with intervals over items`,
    "",
    ...table(RUN_COLUMNS, runs.map(runCells), screen),
    "",
    "Divergence KL(baseline || candidate) in nats per token, with intervals over pairs of seeds",
    "",
    ...table(RANK_COLUMNS, ranks.map(rankCells), screen),
    ...(statements.length === 0 ? [] : ["", ...statements]),
    ...(reasons.size === 0 ? [] : ["", "Missing values:", ...reasons]),
  ];
}

function runCells({ name, behaviour: { loss, perplexity, status, recordedLoss } }: RunRow): string[] {
  const differs = recordedLoss?.differs === true ? "differs from the recorded loss" : "";
  const reproduced = recordedLoss?.differs === false ? "recorded loss reproduced" : "";
  return [
    name,
    fixed(loss?.mean),
    intervalText(loss?.interval),
    loss === null ? "" : String(loss.n),
    perplexity === null ? "" : perplexity.toPrecision(5),
    status === "READY" ? differs + reproduced : status.toLowerCase(),
  ];
}

function rankCells({ r, behaviour: { klDivergence, seedKlDivergence, ratioToSeeds } }: RankRow): string[] {
  return [
    String(r),
    fixed(klDivergence?.mean),
    intervalText(klDivergence?.interval),
    klDivergence === null ? "" : String(klDivergence.n),
    fixed(seedKlDivergence?.mean),
    seedKlDivergence === null ? "" : String(seedKlDivergence.n),
    ratioToSeeds === null ? "" : ratioToSeeds.toPrecision(3),
  ];
}

function reasonsOf({ experiments, behaviour: { pairs, seedPairs } }: RankRow): string[] {
  const ofPairs = [...pairs, ...seedPairs].map(({ divergence }) => divergence.reason);
  return [...experiments.map(({ behaviour }) => behaviour.reason), ...ofPairs].filter((reason) => reason !== null);
}

function fixed(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(4);
}

function intervalText(interval: { readonly low: number; readonly high: number } | null | undefined): string {
  return interval == null ? "" : `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
}
