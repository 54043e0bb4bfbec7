import { MAX_NUMBER_CHARACTERS } from "../limits.js";

/** Returns the number of a cell, NaN and infinities included; undefined for any other cell. */
export function numberOf(cell: unknown): number | undefined {
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell !== "string" || cell.length > MAX_NUMBER_CHARACTERS) return undefined;
  const text = cell.trim();
  if (/^[+-]?nan$/i.test(text)) return NaN;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Returns a cell for a message. */
export function shown(cell: unknown): string {
  const isShort = typeof cell === "string" || typeof cell === "number" || typeof cell === "bigint";
  return isShort ? String(cell).slice(0, 40) : "that is not a number";
}
