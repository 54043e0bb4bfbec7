import { writeFile } from "node:fs/promises";
import { failure } from "../errors.js";
import { openContext, unlimitedScope } from "../graphql/context.js";
import { openSchema } from "../graphql/schema.js";
import { visibleText } from "../model/visible-text.js";
import { plotBytes, plotScale } from "../plots/plot-bytes.js";
import { PlotKind } from "../plots/plot-kinds.js";
import { kindName, kindOf, type PlotFormat } from "../plots/plot-paths.js";
import { missingReason } from "../plots/plot.js";
import { openRenderer } from "../plots/render/renderer.js";
import { requestedPlot } from "../plots/requested-plot.js";
import { print, type Process } from "./process.js";
import { openServices } from "./serve/services.js";

export interface PlotOptions {
  readonly format: PlotFormat;
  readonly out?: string;
  readonly theme?: string;
  readonly rank?: string;
  readonly set?: readonly string[];
  readonly scale?: string;
}

/**
 * Writes the file that the server returns for /plots/studies/<slug>/<kind>.<format>. Waits for results that are being computed:
 * without limit if this process has workers, else for RANKSCOPE_WAIT_SECONDS.
 *
 * @throws STUDY_NOT_FOUND, ARGUMENT_INVALID, PLOT_PENDING
 */
export async function plot(command: Process, slug: string, kind: string, options: PlotOptions): Promise<void> {
  const plotKind = kindOf(kind);
  if (plotKind === undefined) {
    const allowed = Object.values(PlotKind).map(kindName).join(", ");
    throw failure("ARGUMENT_INVALID", { where: "kind", received: JSON.stringify(kind), allowed });
  }
  const scale = plotScale(options.scale);
  const parameters = parametersOf(options);
  const { services, close } = await openServices(command, { purpose: "plot", exclusive: false });
  const renderer = openRenderer({ limitMilliseconds: 120_000 });
  try {
    const waitMilliseconds = command.config.workers > 0 ? Infinity : command.config.waitMilliseconds;
    const plotServices = { ...services, waitMilliseconds };
    const context = openContext(plotServices, unlimitedScope(plotServices));
    const requested = await requestedPlot(context, await openSchema(), { slug, kind: plotKind }, parameters);
    const { plot, theme, pendingJobs } = requested;
    if (pendingJobs.length > 0) throw failure("PLOT_PENDING", { received: `jobs ${pendingJobs.join(", ")}` });
    const { format, out } = options;
    const bytes = await plotBytes(plot, { format, theme, scale }, renderer).make();
    if (out === undefined) {
      await new Promise<void>((resolve) => {
        // A reader may close the pipe early, as `head` does; this is not an error.
        process.stdout.once("error", () => resolve());
        process.stdout.write(forStandardOutput(bytes, process.stdout.isTTY), () => resolve());
      });
      return;
    }
    await writeFile(out, bytes);
    print(`${out}: ${plot.title}`);
    const reason = missingReason(plot);
    if (reason !== null) print(`The plot is empty: ${reason}`);
  } finally {
    await renderer.close();
    await close();
  }
}

/** Returns what is written to standard output: a terminal gets no character of stored text that it obeys. */
function forStandardOutput(content: string | Uint8Array, isTerminal: boolean): string | Uint8Array {
  if (!isTerminal || typeof content !== "string") return content;
  return visibleText(content);
}

function parametersOf({ theme, rank, set = [] }: PlotOptions): Record<string, string> {
  const named = set.map((text) => {
    const separator = text.indexOf("=");
    if (separator > 0) return [text.slice(0, separator), text.slice(separator + 1)] as const;
    throw failure("ARGUMENT_INVALID", { where: "--set", received: JSON.stringify(text), allowed: "name=value" });
  });
  return {
    ...Object.fromEntries(named),
    ...(theme === undefined ? {} : { theme }),
    ...(rank === undefined ? {} : { rank }),
  };
}
