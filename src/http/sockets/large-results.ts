import { randomUUID } from "node:crypto";
import type { FormattedExecutionResult } from "graphql";
import { countValues, stringifyInTurns } from "../stringify-in-turns.js";
import { ITEMS_PER_TURN } from "../../store/in-turns.js";

/**
 * Converts the large results of one server's WebSockets to JSON in turns of the event loop. graphql-ws converts each message in
 * one turn: it gets a small result in place of a large one, and the text of the large one replaces it in the message.
 */
export interface LargeResults {
  /** Returns a result that is converted quickly: the result itself, or a substitute for a large one. */
  shorten(result: FormattedExecutionResult): Promise<FormattedExecutionResult>;
  /** Returns a message with the large result, if it has the substitute for one. */
  expand(message: string): string;
}

/** Name of the only field of a substitute. No field of a schema can have it. */
const SUBSTITUTE = "#result";

export function openLargeResults(): LargeResults {
  const texts = new Map<string, string>();
  return {
    async shorten(result) {
      if (countValues(result) <= ITEMS_PER_TURN) return result;
      const text = await stringifyInTurns(result);
      const id = randomUUID();
      texts.set(id, text.trimEnd());
      return { data: { [SUBSTITUTE]: id } };
    },
    expand(message) {
      if (texts.size === 0) return message;
      for (const [id, text] of texts) {
        const substitute = JSON.stringify({ data: { [SUBSTITUTE]: id } });
        if (!message.includes(substitute)) continue;
        texts.delete(id);
        return message.replace(substitute, () => text);
      }
      return message;
    },
  };
}
