import type { PlotTheme } from "../model/enums/plot.js";
import { charactersOf, printable } from "./labels.js";
import { missingReason, type Picture, type VegaLite } from "./picture.js";
import { themeConfig } from "./theme.js";

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

/** Characters a line of a reason or subtitle holds at the usual width. */
const LINE = 104;

/** The whole specification of a picture in a theme; of one with nothing to show, its reason as text. */
export function specification(picture: Picture, theme: PlotTheme): VegaLite {
  const because = missingReason(picture);
  const spec = {
    $schema: SCHEMA,
    title: {
      text: lines(picture.title, LINE / 1.4),
      subtitle: [...picture.subtitle, ...picture.notes].flatMap((text) => lines(text, LINE)),
    },
    description: picture.description,
    ...(because === null ? picture.body : reasonBody(because)),
    config: themeConfig(theme),
  };
  return withoutUnprintable(spec) as VegaLite;
}

function reasonBody(because: string): VegaLite {
  return {
    width: 560,
    height: 120,
    data: { values: [{}] },
    mark: { type: "text", style: "reason", align: "center", lineBreak: "\n", lineHeight: 18 },
    encoding: { text: { value: lines(because, 76).join("\n") } },
  };
}

/** Breaks a text into lines at its spaces; a word that is longer than a line is cut. */
function lines(text: string, most: number): string[] {
  const broken: string[] = [];
  let line = "";
  for (const word of printable(text)
    .split(/\s+/)
    .flatMap((whole) => pieces(whole, most))) {
    if (line !== "" && line.length + 1 + word.length > most) {
      broken.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...broken, line];
}

function pieces(word: string, most: number): string[] {
  const characters = charactersOf(word);
  const size = Math.floor(most);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
    characters.slice(i * size, (i + 1) * size).join(""),
  );
}

/** The same with every text of it printable. Texts are data here, never keys. */
function withoutUnprintable(value: unknown): unknown {
  if (typeof value === "string")
    return value.includes("\n") ? value.split("\n").map(printable).join("\n") : printable(value);
  if (Array.isArray(value)) return value.map(withoutUnprintable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutUnprintable(inner)]));
}
