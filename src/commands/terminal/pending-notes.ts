import type { Screen } from "./screen.js";

/** Notes on standard error about values that are being computed. */
interface PendingNotes {
  /** Shows the number of pending values: in place at every call on an interactive terminal, else once. */
  readonly show: (pending: number) => void;
  /** Removes the line, and warns if values are still pending. */
  readonly end: (pending: number) => void;
}

const ERASE_LINE = "\r\u001b[2K";

/** Opens the notes about pending values of one command. */
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
