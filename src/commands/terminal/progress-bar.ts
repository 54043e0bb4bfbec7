import type { Screen } from "./screen.js";

const EIGHTHS = "▏▎▍▌▋▊▉█";

/** Draws a bar of `width` characters between brackets, in eighths of a character or in ASCII. Dots mean that the share is unknown. */
export function progressBar(share: number | null, width: number, { unicode }: Pick<Screen, "unicode">): string {
  if (share === null) return `[${(unicode ? "·" : ".").repeat(width)}]`;
  const filled = Math.min(1, Math.max(0, share)) * width;
  const whole = Math.floor(filled);
  if (!unicode) return `[${"#".repeat(whole)}${"-".repeat(width - whole)}]`;
  const rest = Math.floor((filled - whole) * 8);
  const part = rest === 0 ? "" : EIGHTHS.charAt(rest - 1);
  return `[${"█".repeat(whole)}${part}${" ".repeat(width - whole - part.length)}]`;
}
