import type { PlotTheme } from "../model/enums/export.js";
import { charactersOf, printable } from "./labels.js";
import { missingReason, type Plot, type VegaLite } from "./plot.js";
import { themeConfig } from "./theme.js";

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

/** Maximum number of characters in a line of a subtitle, at the usual width of a plot. */
const SUBTITLE_CHARACTERS = 104;
/** The same for a title, whose font is larger. */
const TITLE_CHARACTERS = SUBTITLE_CHARACTERS / 1.4;
/** The same for the reason of an empty plot. */
const REASON_CHARACTERS = 76;

/** Returns the Vega-Lite specification of a plot in a theme. That of an empty plot shows the reason as text. */
export function specification(plot: Plot, theme: PlotTheme): VegaLite {
  const reason = missingReason(plot);
  const spec = {
    $schema: SCHEMA,
    title: {
      text: wrap(plot.title, TITLE_CHARACTERS),
      subtitle: [...plot.subtitle, ...plot.notes].flatMap((text) => wrap(text, SUBTITLE_CHARACTERS)),
    },
    description: plot.description,
    ...(reason === null ? plot.body : reasonBody(reason)),
    config: themeConfig(theme),
  };
  return withPrintableText(spec) as VegaLite;
}

function reasonBody(reason: string): VegaLite {
  return {
    width: 560,
    height: 120,
    data: { values: [{}] },
    mark: { type: "text", style: "reason", align: "center", lineBreak: "\n", lineHeight: 18 },
    encoding: { text: { value: wrap(reason, REASON_CHARACTERS).join("\n") } },
  };
}

/** Breaks a text into lines at its spaces. A word that is longer than a line is split. */
function wrap(text: string, maximum: number): string[] {
  const words = printable(text)
    .split(/\s+/)
    .flatMap((word) => split(word, maximum));
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line === "") {
      line = word;
    } else if (line.length + 1 + word.length > maximum) {
      lines.push(line);
      line = word;
    } else {
      line = `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function split(word: string, maximum: number): string[] {
  const characters = charactersOf(word);
  const size = Math.floor(maximum);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
    characters.slice(i * size, (i + 1) * size).join(""),
  );
}

/** Returns a copy in which every string is printable. Keys are unchanged: none of them is data. */
function withPrintableText(value: unknown): unknown {
  if (typeof value === "string") return value.split("\n").map(printable).join("\n");
  if (Array.isArray(value)) return value.map(withPrintableText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPrintableText(inner)]));
}
