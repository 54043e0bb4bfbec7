import { openClient } from "../client/open-client.js";
import { EXIT } from "../exit-codes.js";
import { interruptible } from "../interruptible.js";
import { pendingNotes } from "../terminal/pending-notes.js";
import { printDocument, printLines, type Process } from "../process.js";
import { screenOf } from "../terminal/screen.js";
import { compareRuns } from "./compare-runs.js";
import { compareStudies } from "./compare-studies.js";
import { runsText } from "./runs-text.js";
import { findSelection } from "./find-selection.js";
import { studiesText } from "./studies-text.js";

export interface CompareOptions {
  readonly json?: true;
  readonly server?: string;
  /** Maximum wait for results that are being computed, seconds. */
  readonly wait?: number;
}

/**
 * Prints runs and studies side by side, or one JSON document: `{ runs, pairs, studies, pending }`. The exit code is 4 where
 * part of the answer is still being computed.
 */
export function compare(command: Process, words: readonly string[], options: CompareOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "compare", server: options.server });
    try {
      const selection = await findSelection(client, words, signal);
      const notes = pendingNotes(screenOf(process.stderr, command.config));
      const wait = {
        patienceMilliseconds: options.wait === undefined ? undefined : options.wait * 1000,
        signal,
        onPending: notes.show,
      };
      const runs =
        selection.runs.length === 0
          ? { runs: [], pairs: [], pending: 0 }
          : await compareRuns(client, selection.runs, wait);
      const studies = await compareStudies(client, selection.studies, signal);
      notes.end(runs.pending);
      const screen = screenOf(process.stdout, command.config);
      if (options.json) printDocument(JSON.stringify({ ...runs, studies }, null, 2));
      else {
        const parts = [runs.runs.length === 0 ? [] : runsText(runs, screen), studiesText(studies, screen)];
        const shown = parts.filter((part) => part.length > 0);
        printLines(shown.flatMap((part, i) => (i === 0 ? part : ["", ...part])));
      }
      if (runs.pending > 0) process.exitCode = EXIT.INCOMPLETE;
    } finally {
      await client.close();
    }
  });
}
