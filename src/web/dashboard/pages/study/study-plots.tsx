import type { Rules } from "./rules.js";
import { StudyPlot, type PlotKind } from "./study-plot.js";

/**
 * The plots in order: memory and performance, weight similarity, training curves. The plot RANK_THRESHOLD is beside the table of
 * ranks instead.
 */
const PLOTS: readonly {
  readonly kind: PlotKind;
  readonly title: string;
  readonly hasRank: boolean;
  readonly isWide?: boolean;
}[] = [
  { kind: "MEMORY_VS_PERFORMANCE", title: "Memory and performance", hasRank: false },
  { kind: "MEMORY_COMPARISON", title: "Memory by rank", hasRank: false },
  { kind: "TRAINING_EFFICIENCY", title: "Training efficiency", hasRank: false, isWide: true },
  { kind: "WEIGHT_SIMILARITY", title: "Weight similarity by layer", hasRank: true },
  { kind: "LAYER_HEATMAP", title: "Similarity by block and module", hasRank: true },
  { kind: "SINGULAR_VALUE_SPECTRA", title: "Singular values", hasRank: true },
  { kind: "SIMILARITY_MATRIX", title: "Similarity of all runs", hasRank: false },
  { kind: "LOSS_CURVES", title: "Loss curves", hasRank: true, isWide: true },
];

interface StudyPlotsProps {
  readonly slug: string;
  /** The rank for plots of one rank. */
  readonly rank: number | null;
  readonly rules: Rules;
}

/** The plots of a study. */
export function StudyPlots({ slug, rank, rules }: StudyPlotsProps) {
  return PLOTS.map(({ kind, title, hasRank, isWide = false }) => (
    <StudyPlot
      key={kind}
      slug={slug}
      kind={kind}
      title={hasRank && rank !== null ? `${title}, rank ${rank}` : title}
      isWide={isWide}
      rank={hasRank ? rank : null}
      rules={rules}
    />
  ));
}
