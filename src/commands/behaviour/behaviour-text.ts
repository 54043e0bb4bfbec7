import type { Screen } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";
import type { RankLayers, StudyBehaviour } from "./behaviour-document.js";

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

const LAYER_COLUMNS = [
  number("rank"),
  number("position"),
  text("layer"),
  number("KL"),
  number("s.d. over seeds"),
  number("pairs"),
];
/** Layers that are shown of each rank; `--json` has all. */
const SHOWN_LAYERS = 10;

/** Formats the measured sensitivity of the layers: the most sensitive ones of each rank, and the test of the layers. */
export function sensitivityText(ranks: readonly RankLayers[], screen: Screen): string[] {
  if (ranks.length === 0) return [];
  const rows = ranks.flatMap(({ r, sensitivity: { layers } }) =>
    layers
      .slice(0, SHOWN_LAYERS)
      .map(({ position, layer, mean, standardDeviation, n }) => [
        String(r),
        String(position),
        layer,
        mean.toExponential(2),
        standardDeviation?.toExponential(1) ?? "",
        String(n),
      ]),
  );
  const notes = ranks.flatMap(({ r, sensitivity: { layers, test, pairs } }) => {
    const more =
      layers.length > SHOWN_LAYERS ? [`Rank ${r}: ${SHOWN_LAYERS} of ${layers.length} layers are shown.`] : [];
    const reasons = new Set(pairs.flatMap(({ reason }) => reason ?? []));
    return [...more, ...(test === null ? [] : [testText(r, test)]), ...[...reasons].map((why) => `Rank ${r}: ${why}`)];
  });
  return [
    "",
    "Sensitivity: KL in nats per token when one layer has the candidate's quantized weight and update",
    "",
    ...table(LAYER_COLUMNS, rows, screen),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ];
}

function testText(r: number, test: NonNullable<RankLayers["sensitivity"]["test"]>): string {
  const { p, kendallsW, ratio, layers, seeds } = test;
  return (
    `Rank ${r}: Friedman's test of ${layers} layers over ${seeds} seeds: p = ${p.toPrecision(2)}, Kendall's W = ` +
    `${kendallsW.toFixed(2)}; the largest mean is ${ratio.toPrecision(3)} times the median.`
  );
}
