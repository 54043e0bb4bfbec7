import { sentenceCase } from "./text.js";

const TONES: Readonly<Record<string, string>> = {
  SUPPORTED: "good",
  ACCEPTABLE: "good",
  EXACT: "good",
  PARTIALLY_SUPPORTED: "fair",
  AT_MOST: "fair",
  MEDIUM: "fair",
  REJECTED: "bad",
  UNACCEPTABLE: "bad",
  NONE: "bad",
  HIGH: "bad",
};

/** A verdict, bound or severity as a badge. The colour repeats the word, so that colour alone carries no meaning. */
export function Badge({ value }: { readonly value: string }) {
  return <span className={`badge ${TONES[value] ?? "plain"}`}>{sentenceCase(value)}</span>;
}
