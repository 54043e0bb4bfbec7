import { defineEnum, type EnumValue } from "./define-enum.js";

export const PlotTheme = defineEnum("PlotTheme", "The background that a plot is drawn for.", {
  LIGHT: "Dark marks and text on white.",
  DARK: "Light marks and text on near black.",
});
export type PlotTheme = EnumValue<typeof PlotTheme>;
