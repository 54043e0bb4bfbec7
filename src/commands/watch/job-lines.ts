import stringWidth from "string-width";
import type { JobState } from "../asker/asker.js";
import { progressBar } from "../terminal/progress-bar.js";
import type { Screen } from "../terminal/screen.js";

const MOST_BAR = 30;
const LEAST_BAR = 8;

/** A job as one line that fits the screen: kind, status, bar, pieces and message. */
export function jobLine(job: JobState, screen: Screen): string {
  const { kind, status, done, total, message, id } = job;
  // Ids begin with the time: what tells jobs of one minute apart is at their end.
  const shortId = Number.isFinite(screen.width) ? id.slice(-8) : id;
  const head = `${kind.padEnd(10)} ${shortId} ${status.padEnd(9)}`;
  const pieces =
    total > 0 ? `${Math.floor((100 * done) / total)} % ${done}/${total}` : status === "QUEUED" ? "" : `${done}`;
  const bar = Math.max(LEAST_BAR, Math.min(MOST_BAR, screen.width - stringWidth(head) - pieces.length - 30));
  const line = [head, progressBar(shareOf(job), bar, screen), pieces, message.replaceAll(/\s+/g, " ")];
  return cut(line.filter((part) => part !== "").join(" "), screen);
}

/** Null where it is not known how much there is to do. */
function shareOf({ status, done, total }: JobState): number | null {
  if (status === "SUCCEEDED") return 1;
  return total > 0 ? done / total : null;
}

/** Live lines must not be broken by the terminal: they could not be written over then. */
function cut(line: string, { width, unicode }: Screen): string {
  if (stringWidth(line) < width) return line;
  const mark = unicode ? "…" : "...";
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (stringWidth(kept + segment) + mark.length >= width) break;
    kept += segment;
  }
  return kept + mark;
}
