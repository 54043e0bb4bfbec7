import type { JudgementOptions } from "../analysis/judgement/judgement-options.js";
import type { PlotTheme } from "../model/enums/plot.js";
import type { Scaling } from "../model/enums/similarity.js";

/** Options of any plot. Each kind uses those that concern it. */
export interface PlotOptions extends JudgementOptions {
  readonly theme: PlotTheme;
}

/** Options of a plot of one study. */
export interface StudyPlotOptions extends PlotOptions {
  /** The rank to show; each kind has a default. */
  readonly rank?: number | null | undefined;
  readonly scaling: Scaling;
  readonly similarityThreshold: number;
  /** Maximum wait for results that have to be computed; the context's wait if it is not given. */
  readonly waitSeconds?: number | null | undefined;
}
