import stringWidth from "string-width";
import { visibleLine } from "../../model/visible-text.js";
import type { JobState } from "../client/graphql-client.js";
import { progressBar } from "../terminal/progress-bar.js";
import type { Screen } from "../terminal/screen.js";
import { shorten } from "../terminal/table.js";

const MIN_BAR_WIDTH = 8;
const MAX_BAR_WIDTH = 30;
/** Columns left for the message beside the bar. */
const MESSAGE_WIDTH = 30;

/** Formats a job as one line that fits the screen: kind, id, status, bar, progress and message. */
export function jobLine(job: JobState, screen: Screen): string {
  const { kind, status, message, id } = job;
  // Ids of version 7 begin with the time: their ends tell jobs of the same minute apart.
  const shownId = Number.isFinite(screen.width) ? id.slice(-8) : id;
  const head = `${kind.padEnd(10)} ${shownId} ${status.padEnd(9)}`;
  const progress = progressText(job);
  const room = screen.width - stringWidth(head) - progress.length - MESSAGE_WIDTH;
  const barWidth = Math.max(MIN_BAR_WIDTH, Math.min(MAX_BAR_WIDTH, room));
  const parts = [
    head,
    progressBar(shareOf(job), barWidth, screen),
    progress,
    visibleLine(message.replaceAll(/\s+/g, " ")),
  ];
  // A line that the terminal breaks could not be overwritten.
  return shorten(parts.filter((part) => part !== "").join(" "), screen.width - 1, screen);
}

function progressText({ status, done, total }: JobState): string {
  if (total > 0) return `${Math.floor((100 * done) / total)} % ${done}/${total}`;
  return status === "QUEUED" ? "" : String(done);
}

/** Returns the completed share, 0 to 1; null where the total is not known. */
function shareOf({ status, done, total }: JobState): number | null {
  if (status === "SUCCEEDED") return 1;
  return total > 0 ? done / total : null;
}
