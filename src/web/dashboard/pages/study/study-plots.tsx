import type { Rules } from "./rules.js";
import { StudyPlot, type PlotKind } from "./study-plot.js";

/** The pictures, but the one that stands beside its numbers, in the order of the questions: what it costs, what it saves, how alike, where, and how it went. */
const PLOTS: readonly {
  readonly kind: PlotKind;
  readonly title: string;
  readonly ofRank: boolean;
  readonly isWide?: boolean;
}[] = [
  { kind: "MEMORY_VS_PERFORMANCE", title: "Memory and performance", ofRank: false },
  { kind: "MEMORY_COMPARISON", title: "Memory by rank", ofRank: false },
  { kind: "TRAINING_EFFICIENCY", title: "Training efficiency", ofRank: false, isWide: true },
  { kind: "WEIGHT_SIMILARITY", title: "Weight similarity by layer", ofRank: true },
  { kind: "LAYER_HEATMAP", title: "Similarity by block and module", ofRank: true },
  { kind: "SINGULAR_VALUE_SPECTRA", title: "Singular values", ofRank: true },
  { kind: "SIMILARITY_MATRIX", title: "Similarity of all runs", ofRank: false },
  { kind: "LOSS_CURVES", title: "Loss curves", ofRank: true, isWide: true },
];

export interface StudyPlotsProps {
  readonly slug: string;
  /** Of the pictures that show one rank. */
  readonly rank: number | null;
  readonly rules: Rules;
}

/** The pictures of a study. */
export function StudyPlots({ slug, rank, rules }: StudyPlotsProps) {
  return PLOTS.map(({ kind, title, ofRank, isWide = false }) => (
    <StudyPlot
      key={kind}
      slug={slug}
      kind={kind}
      title={ofRank && rank !== null ? `${title}, rank ${rank}` : title}
      isWide={isWide}
      rank={ofRank ? rank : null}
      rules={rules}
    />
  ));
}
