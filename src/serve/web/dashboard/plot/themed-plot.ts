/** Okabe and Ito (2008, "Color Universal Design"): told apart by people with any colour vision. */
const CATEGORY = {
  LIGHT: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00"],
  DARK: ["#56B4E9", "#E69F00", "#2BC59A", "#CC79A7", "#F0E442", "#FFFFFF", "#D55E00"],
};

/** A specification made here, in the colours of the server's own pictures. */
export function themedPlot(specification: object, theme: "LIGHT" | "DARK"): object {
  const [text, faint, grid] = theme === "LIGHT" ? ["#1f2328", "#59636e", "#e4e7eb"] : ["#e6edf3", "#9da7b3", "#2b323b"];
  return {
    ...specification,
    config: {
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: { labelColor: faint, titleColor: text, gridColor: grid, domainColor: faint, tickColor: faint },
      legend: { labelColor: faint, titleColor: text, labelLimit: 260 },
      range: { category: CATEGORY[theme] },
    },
  };
}
