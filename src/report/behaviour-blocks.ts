import { NO_SEED_PAIRS } from "../derive/wording.js";
import { fixed, MISSING, rowsOf, text, type Block } from "./blocks.js";
import type { ReportedBehaviour } from "./study-report.js";

/** Returns the divergence of predictions by rank, beside that between seeds. */
export function behaviourBlocks({ set, ranks }: ReportedBehaviour): Block[] {
  const rows = rowsOf(ranks, ({ r, behaviour: { klDivergence, seedKlDivergence, ratioToSeeds, ...rest } }) => {
    const interval = klDivergence?.interval ?? null;
    return [
      String(r),
      fixed(klDivergence?.mean, 6),
      interval === null ? MISSING : `${fixed(interval.low, 6)} to ${fixed(interval.high, 6)}`,
      String(klDivergence?.n ?? 0),
      fixed(seedKlDivergence?.mean, 6),
      fixed(ratioToSeeds, 4),
      rest.statement ?? missingBehaviour(rest.pairs),
    ];
  });
  return [
    text(
      `KL divergence of the candidate's predictions from the baseline's on the evaluation set ${set}, in nats per token, over pairs of equal seeds. Beside it that of baseline runs of different seeds.`,
    ),
    {
      kind: "table",
      header: ["rank", "divergence", "95 % interval", "pairs", "between seeds", "ratio", "statement"],
      rows,
    },
  ];
}

/** Returns why there is no statement about a rank. */
function missingBehaviour(pairs: ReportedBehaviour["ranks"][number]["behaviour"]["pairs"]): string {
  if (pairs.length === 0) return NO_SEED_PAIRS;
  const missing = pairs.find(({ divergence }) => divergence.status !== "READY");
  if (missing === undefined) return "The baseline has no two seeds whose predictions were compared.";
  return missing.divergence.reason ?? "It is being measured.";
}
