import { writeFile } from "node:fs/promises";
import { failure } from "../errors.js";
import { openContext, unlimitedScope } from "../graphql/context.js";
import { plotBytes } from "../plots/plot-bytes.js";
import { PlotKind } from "../plots/plot-kinds.js";
import { kindName, kindOf, type PlotFormat } from "../plots/plot-paths.js";
import { plotScale } from "../plots/plot-scale.js";
import { missingReason } from "../plots/plot.js";
import { openRenderer } from "../plots/render/renderer.js";
import { requestedPlot } from "../plots/requested-plot.js";
import { openSchema } from "../graphql/schema.js";
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
 * Writes the file that the server has at /plots/studies/<slug>/<kind>.<format>. What has to be computed is waited for, as
 * long as somebody works.
 *
 * @throws STUDY_NOT_FOUND, ARGUMENT_INVALID, PLOT_PENDING
 */
export async function plot(command: Process, slug: string, kind: string, options: PlotOptions): Promise<void> {
  const known = kindOf(kind);
  if (known === undefined) {
    const allowed = Object.values(PlotKind).map(kindName).join(", ");
    throw failure("ARGUMENT_INVALID", { where: "kind", received: JSON.stringify(kind), allowed });
  }
  const scale = plotScale(options.scale);
  const parameters = parametersOf(options);
  const { services, close } = await openServices(command, { purpose: "plot", exclusive: false });
  const renderer = openRenderer({ limitMilliseconds: 120_000 });
  try {
    const waitMilliseconds = command.config.workers > 0 ? Infinity : command.config.waitMilliseconds;
    const asking = { ...services, waitMilliseconds };
    const context = openContext(asking, unlimitedScope(asking));
    const requested = await requestedPlot(context, await openSchema(), { slug, kind: known }, parameters);
    const { plot, theme, pendingJobs } = requested;
    if (pendingJobs.length > 0) throw failure("PLOT_PENDING", { received: `jobs ${pendingJobs.join(", ")}` });
    const { format, out } = options;
    const bytes = await plotBytes(plot, { format, theme, scale }, renderer).make();
    if (out === undefined) {
      await new Promise<void>((resolve) => {
        // Whoever reads may have had enough: that is no failure.
        process.stdout.once("error", () => resolve());
        process.stdout.write(bytes, () => resolve());
      });
      return;
    }
    await writeFile(out, bytes);
    const because = missingReason(plot);
    print(`${out}: ${plot.title}`, ...(because === null ? [] : [`It has nothing to show: ${because}`]));
  } finally {
    await renderer.close();
    await close();
  }
}

function parametersOf({ theme, rank, set = [] }: PlotOptions): Record<string, string> {
  const others = set.map((text) => {
    const at = text.indexOf("=");
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
    throw failure("ARGUMENT_INVALID", { where: "--set", received: JSON.stringify(text), allowed: "name=value" });
  });
  return {
    ...Object.fromEntries(others),
    ...(theme === undefined ? {} : { theme }),
    ...(rank === undefined ? {} : { rank }),
  };
}
