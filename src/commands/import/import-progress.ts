import { visibleLine } from "../../model/visible-text.js";
import type { ReportProgress } from "../../model/records.js";
import { note } from "../process.js";
import { liveLines } from "../terminal/live-lines.js";
import { progressBar } from "../terminal/progress-bar.js";
import type { Screen } from "../terminal/screen.js";
import { shorten } from "../terminal/table.js";

const BAR_WIDTH = 20;
/** Minimum interval between two changes of a live line. */
const REDRAW_MILLISECONDS = 100;

/** Shows the progress of an import on standard error. */
export interface ImportProgress {
  readonly report: ReportProgress;
  /** Ends the line of the current stage. */
  end(): void;
}

/** Opens the display of an import's progress: on a terminal one live line per stage, elsewhere one line when a stage begins. */
export function importProgress(screen: Screen): ImportProgress {
  return screen.interactive ? liveProgress(screen) : plainProgress();
}

function plainProgress(): ImportProgress {
  let shown: string | undefined;
  return {
    report({ stage, total }) {
      if (stage === shown) return;
      shown = stage;
      const unit = stage === "hashing base models" ? "files" : "weight files";
      note(total > 0 ? `${stage} (${total} ${unit})` : stage);
    },
    end() {
      shown = undefined;
    },
  };
}

function liveProgress(screen: Screen): ImportProgress {
  const live = liveLines((text) => process.stderr.write(text));
  let current: Parameters<ReportProgress>[0] | undefined;
  let drawn = -Infinity;

  function draw(progress: Parameters<ReportProgress>[0]): void {
    drawn = performance.now();
    live.show([progressLine(progress, screen)]);
  }

  function complete(): void {
    if (current === undefined) return;
    draw({ ...current, done: current.total, message: "" });
    live.end();
    current = undefined;
  }

  return {
    report(progress) {
      const isNew = current?.stage !== progress.stage;
      if (isNew) complete();
      current = progress;
      if (isNew || performance.now() - drawn >= REDRAW_MILLISECONDS) draw(progress);
    },
    end: complete,
  };
}

/** Formats a stage as one line that fits the screen: name, bar, counts and the file that is read. */
function progressLine({ stage, done, total, message }: Parameters<ReportProgress>[0], screen: Screen): string {
  const share = total > 0 ? done / total : 1;
  const counts = total > 0 ? `${done}/${total}` : "";
  const file = message.replace(/^\w+ /, "");
  const parts = [stage.padEnd(20), progressBar(share, BAR_WIDTH, screen), counts, visibleLine(file)];
  // A line that the terminal breaks could not be overwritten.
  return shorten(parts.filter((part) => part !== "").join(" "), screen.width - 1, screen);
}
