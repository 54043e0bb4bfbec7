import { Error as OnlyErrors, logger, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { Handler } from "vega-tooltip";

/**
 * Draws a Vega-Lite specification into `place`, as SVG. Expressions are interpreted, not compiled: the page's policy allows no
 * code made at run time.
 *
 * @returns takes it away again
 */
export async function drawPlot(place: HTMLElement, specification: object, description: string): Promise<() => void> {
  const lite = { ...specification, description } as TopLevelSpec;
  // The panel's ground shows through, in whichever theme.
  const { spec } = compile({ ...lite, background: "transparent" }, { logger: logger(OnlyErrors) });
  const view = new View(parse(spec, undefined, { ast: true }), {
    container: place,
    renderer: "svg",
    hover: true,
    logLevel: OnlyErrors,
    expr: expressionInterpreter,
    // Its looks are the dashboard's own: see styles/plot.css.
    tooltip: new Handler({ disableDefaultStyle: true }).call,
  });
  await view.runAsync();
  return () => view.finalize();
}
