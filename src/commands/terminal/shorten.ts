import stringWidth from "string-width";
import type { Screen } from "./screen.js";

/** Shortens a text to at most `width` columns; a mark at the end shows that something is missing. */
export function shorten(text: string, width: number, { unicode }: Pick<Screen, "unicode">): string {
  if (stringWidth(text) <= width) return text;
  const mark = unicode ? "…" : "...";
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) + mark.length > width) break;
    kept += segment;
  }
  return kept + mark;
}
