import { Error as OnlyErrors, logger, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { Handler } from "vega-tooltip";

/**
 * Draws a Vega-Lite specification into `container` as SVG. Expressions are interpreted, because the page's content security
 * policy forbids code generated at run time.
 *
 * @returns a function that removes the plot
 */
export async function drawPlot(
  container: HTMLElement,
  specification: object,
  description: string,
): Promise<() => void> {
  const lite = { ...specification, description } as TopLevelSpec;
  // The background of the panel stays visible in both themes.
  const { spec } = compile({ ...lite, background: "transparent" }, { logger: logger(OnlyErrors) });
  const view = new View(parse(spec, undefined, { ast: true }), {
    container,
    renderer: "svg",
    hover: true,
    logLevel: OnlyErrors,
    expr: expressionInterpreter,
    // The style of the tooltip is in styles/plot.css.
    tooltip: new Handler({ disableDefaultStyle: true }).call,
  });
  await view.runAsync();
  return () => view.finalize();
}
