import { themeConfig } from "../../../plots/theme.js";

/** A specification made here, in the theme of the server's own pictures. */
export function themedPlot(specification: object, theme: "LIGHT" | "DARK"): object {
  return { ...specification, config: themeConfig(theme) };
}
