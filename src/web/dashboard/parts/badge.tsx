import { words } from "./words.js";

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

/** A verdict, bound or severity in a word; its colour only repeats the word. */
export function Badge({ value, text }: { readonly value: string; readonly text?: string }) {
  return <span className={`badge ${TONES[value] ?? "plain"}`}>{text ?? words(value)}</span>;
}
