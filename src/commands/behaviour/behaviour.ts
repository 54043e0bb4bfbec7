import { failure } from "../../errors.js";
import { EXIT } from "../exit-codes.js";
import type { GraphQLClient } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { queryUntilComplete, type WaitOptions } from "../client/query-until-complete.js";
import { interruptible } from "../interruptible.js";
import { printDocument, printLines, type Process } from "../process.js";
import { pendingNotes } from "../terminal/pending-notes.js";
import { screenOf } from "../terminal/screen.js";
import { RANKS } from "../report/report-documents.js";
import { STUDY_BEHAVIOUR, sensitivityDocument, type RankLayers } from "./behaviour-document.js";
import { behaviourText, sensitivityText } from "./behaviour-text.js";

export interface BehaviourOptions {
  /** Name of an evaluation set. */
  readonly on: string;
  /** Also measures the sensitivity of each layer, which takes one pass for each of them. */
  readonly sensitivity?: true;
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
  const { on, sensitivity, wait, json, server } = options;
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "behaviour", server });
    const notes = pendingNotes(screenOf(process.stderr, command.config));
    try {
      const patience = {
        patienceMilliseconds: wait === undefined ? undefined : wait * 1000,
        signal,
        onPending: notes.show,
      };
      const { data, pending: pendingValues } = await queryUntilComplete(
        client,
        STUDY_BEHAVIOUR,
        { slug, on },
        patience,
      );
      if (data.study === null) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
      const layers = sensitivity === true ? await measureLayers(client, { slug, on }, patience) : undefined;
      const pending = pendingValues + (layers?.pending ?? 0);
      notes.end(pending);
      if (json === true) {
        const measured = layers === undefined ? {} : { sensitivity: layers.ranks };
        printDocument(JSON.stringify({ ...data.study, ...measured }, null, 2));
      } else {
        const screen = screenOf(process.stdout, command.config);
        printLines([...behaviourText(data.study, on, screen), ...sensitivityText(layers?.ranks ?? [], screen)]);
      }
      if (pending > 0) process.exitCode = EXIT.INCOMPLETE;
    } finally {
      await client.close();
    }
  });
}

/** Measures the layers at every rank of a study. */
async function measureLayers(
  client: GraphQLClient,
  variables: { readonly slug: string; readonly on: string },
  patience: WaitOptions,
): Promise<{ readonly ranks: readonly RankLayers[]; readonly pending: number }> {
  const { study } = await client.query(RANKS, { slug: variables.slug }, patience.signal);
  const ranks = study?.ranks.map(({ r }) => r) ?? [];
  if (ranks.length === 0) return { ranks: [], pending: 0 };
  const { data, pending } = await queryUntilComplete(client, sensitivityDocument(ranks), variables, patience);
  const found = ranks.flatMap((r) => {
    const sensitivity = data.study?.[`rank${r}`];
    return sensitivity === undefined ? [] : [{ r, sensitivity }];
  });
  return { ranks: found, pending };
}
