import type { JudgementOptions } from "../analysis/judgement/judgement-options.js";
import type { MeasuredStudy } from "../analysis/judgement/measured-study.js";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import type { PlotTheme } from "../model/enums/export.js";
import type { Scaling } from "../model/enums/similarity.js";
import { ITEMS_PER_TURN, takeTurn } from "../store/in-turns.js";
import type { Study } from "../store/studies/studies.js";
import { subjectOf, type Subject } from "./parts/subject.js";
import type { Plot } from "./plot.js";

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
  /** Name of the evaluation set on which models are run. */
  readonly on?: string | null | undefined;
  /** Maximum wait for results that have to be computed; the context's wait if it is not given. */
  readonly waitSeconds?: number | null | undefined;
}

/** A request for a plot of one study. */
export interface PlotRequest {
  readonly context: AnalysisContext;
  readonly study: Study;
  /** The study's runs at all ranks, with the requested metric. */
  readonly measured: MeasuredStudy;
  readonly options: StudyPlotOptions;
}

/** The facts of a plot, with the ids of the jobs that some of them wait for. */
export interface PlotFacts<Facts> {
  readonly facts: Facts;
  readonly pendingJobs: readonly string[];
}

/** A plot with the ids of the jobs that it waits for. */
export interface StudyPlot {
  readonly plot: Plot;
  readonly pendingJobs: readonly string[];
}

/**
 * The data that a plot kind reads. It decides the cost of the plot in a query: metrics of all ranks, all points of the loss
 * curves, the weights of a study, the weights of all pairs of runs, or measurements of all runs' models.
 */
type PlotData = "METRICS" | "CURVES" | "WEIGHTS" | "WEIGHTS_OF_ALL_PAIRS" | "BEHAVIOUR";

/** A kind of plot: what it shows, how its facts are read and how they are drawn. */
interface PlotKindDefinition<Name extends string, Facts> {
  /** Its name in the API; in lower case with hyphens, the name of its files. */
  readonly name: Name;
  /** Its description in the API. */
  readonly description: string;
  readonly reads: PlotData;
  /** @throws ARGUMENT_INVALID */
  read(request: PlotRequest): PlotFacts<Facts> | Promise<PlotFacts<Facts>>;
  /** A pure function of its arguments. */
  draw(subject: Subject, facts: Facts): Plot;
}

/** A kind of plot, ready to be requested. */
export interface PlotKindEntry<Name extends string = string> {
  readonly name: Name;
  readonly description: string;
  readonly reads: PlotData;
  /** Reads the facts and draws the plot. @throws ARGUMENT_INVALID */
  plot(request: PlotRequest): Promise<StudyPlot>;
}

/** Defines a kind of plot. The list of all kinds is in plot-kinds.ts. */
export function definePlotKind<const Name extends string, Facts>({
  name,
  description,
  reads,
  read,
  draw,
}: PlotKindDefinition<Name, Facts>): PlotKindEntry<Name> {
  return {
    name,
    description,
    reads,
    async plot(request) {
      // Several plots of one request are read and drawn in different turns of the event loop.
      await takeTurn(request.measured.runs.length);
      const { facts, pendingJobs } = await read(request);
      await takeTurn(ITEMS_PER_TURN);
      const plot = draw(subjectOf(request.study, request.measured), facts);
      return { plot: pendingJobs.length > 0 ? pendingPlot(plot) : plot, pendingJobs };
    },
  };
}

/** Returns facts that are complete: no job has to finish first. */
export function complete<Facts>(facts: Facts): PlotFacts<Facts> {
  return { facts, pendingJobs: [] };
}

/** Replaces a plot whose facts are incomplete: a part of the layers or ranks would misrepresent the whole. */
function pendingPlot(plot: Plot): Plot {
  return {
    ...plot,
    subtitle: plot.subtitle.slice(0, 1),
    description: `${plot.title}: not computed yet.`,
    notes: [],
    table: { ...plot.table, rows: [] },
    body: {
      missing: "PENDING: its values are being computed. Request the plot again shortly; its jobs report the progress.",
    },
  };
}
