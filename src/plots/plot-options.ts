import type { JudgementOptions } from "../analysis/judgement-options.js";
import type { Scaling } from "../model/enums/similarity.js";
import type { PlotKind, PlotTheme } from "../model/enums/plot.js";

/** How a plot is requested; each kind uses the options that concern it. */
export interface PlotOptions extends JudgementOptions {
  readonly theme: PlotTheme;
}

/** How a plot of one study is requested. */
export interface StudyPlotOptions extends PlotOptions {
  readonly kind: PlotKind;
  /** The rank to show; each kind has a default. */
  readonly rank?: number | null | undefined;
  readonly scaling: Scaling;
  readonly similarityThreshold: number;
  /** Maximum wait for results that have to be computed; the context's where it is not given. */
  readonly waitSeconds?: number | null | undefined;
}
