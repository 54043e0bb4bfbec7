import type { Screen } from "./screen.js";

export interface PendingNotes {
  /** Shows how many values are being computed: once, or, on an interactive terminal, at every call in the same line. */
  readonly show: (pending: number) => void;
  /** Removes the line, and says so where the answer is incomplete. */
  readonly end: (pending: number) => void;
}

const ERASE_LINE = "\r\u001b[2K";

/** Notes on standard error about values that are being computed. */
export function pendingNotes({ interactive }: Pick<Screen, "interactive">): PendingNotes {
  let shown = false;
  return {
    show(pending) {
      const note = `Waiting for ${pending} values that are being computed.`;
      if (interactive) process.stderr.write(`${ERASE_LINE}${note}`);
      else if (!shown) process.stderr.write(`${note}\n`);
      shown = true;
    },
    end(pending) {
      if (interactive && shown) process.stderr.write(ERASE_LINE);
      if (pending === 0) return;
      process.stderr.write(
        `${pending} values are still being computed (PENDING): the answer is incomplete. Repeat the command, or wait longer with --wait.\n`,
      );
    },
  };
}
