import { failure } from "../../errors.js";
import { EXIT } from "../exit-codes.js";
import { openClient } from "../client/open-client.js";
import { queryUntilComplete } from "../client/query-until-complete.js";
import { interruptible } from "../interruptible.js";
import { printDocument, printLines, type Process } from "../process.js";
import { pendingNotes } from "../terminal/pending-notes.js";
import { screenOf } from "../terminal/screen.js";
import { STUDY_BEHAVIOUR } from "./behaviour-document.js";
import { behaviourText } from "./behaviour-text.js";

export interface BehaviourOptions {
  /** Name of an evaluation set. */
  readonly on: string;
  /** Seconds. */
  readonly wait?: number;
  readonly json?: true;
  readonly server?: string;
}

/**
 * Runs a study's models on an evaluation set and prints loss, divergence and the noise of seeds by rank, or one JSON document.
 *
 * @throws STUDY_NOT_FOUND, EVALUATION_SET_NOT_FOUND
 */
export function behaviour(command: Process, slug: string, options: BehaviourOptions): Promise<void> {
  const { on, wait, json, server } = options;
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "behaviour", server });
    const notes = pendingNotes(screenOf(process.stderr, command.config));
    try {
      const { data, pending } = await queryUntilComplete(
        client,
        STUDY_BEHAVIOUR,
        { slug, on },
        {
          patienceMilliseconds: wait === undefined ? undefined : wait * 1000,
          signal,
          onPending: notes.show,
        },
      );
      notes.end(pending);
      if (data.study === null) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
      if (json === true) printDocument(JSON.stringify(data.study, null, 2));
      else printLines(behaviourText(data.study, on, screenOf(process.stdout, command.config)));
      if (pending > 0) process.exitCode = EXIT.INCOMPLETE;
    } finally {
      await client.close();
    }
  });
}
