import { failure } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import { openClient } from "../client/open-client.js";
import { findExperiment } from "../compare/find-selection.js";
import { interruptible } from "../interruptible.js";
import { note, print, printDocument, printLines, type Process } from "../process.js";
import { screenOf } from "../terminal/screen.js";
import { table, text } from "../terminal/table.js";

/** The options of `rankscope set`. */
export interface SetOptions {
  readonly clear?: readonly string[];
  readonly json?: true;
  readonly server?: string;
}

/**
 * States settings of a run and prints all that are stated; as JSON, the result of updateExperiment. Contradictions of the run's
 * files are printed on standard error.
 *
 * @param words settings of the form `name=value`
 * @throws ARGUMENT_INVALID, STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND, FORBIDDEN, STUDY_BUSY
 */
export function setSettings(
  command: Process,
  run: string,
  words: readonly string[],
  { clear = [], json, server }: SetOptions,
): Promise<void> {
  return interruptible(async (signal) => {
    const set = words.map(readSetting);
    if (set.length === 0 && clear.length === 0) {
      throw failure("ARGUMENT_INVALID", {
        where: "the settings",
        received: "none",
        allowed: "name=value, or --clear name",
      });
    }
    const client = await openClient(command, { purpose: "set", server });
    try {
      const id = await findExperiment(client, run, signal);
      const { updateExperiment: result } = await client.query(UPDATE, { id, set, clear: [...clear] }, signal);
      if (json) {
        printDocument(JSON.stringify(result, null, 2));
        return;
      }
      const { name, method, quantization, seed, config } = result.experiment;
      const stated = config.filter(({ source }) => source.statedAt !== null);
      const quantized = [quantization.label, quantization.scheme].filter((part) => part !== null).join(" ");
      print(`${name}: ${method}, ${quantized}, seed ${seed ?? "unknown"}`);
      if (stated.length === 0) print("No setting of this run is stated.");
      else printLines(table(COLUMNS, stated.map(row), screenOf(process.stdout, command.config)));
      for (const { message } of result.contradictions) note(message);
    } finally {
      await client.close();
    }
  });
}

const COLUMNS = [text("setting"), text("stated"), text("in the files"), text("at")];

interface StatedSetting {
  readonly field: string;
  readonly value: unknown;
  readonly source: { readonly statedAt: string | null };
  readonly replaced: { readonly value: unknown } | null;
}

function row({ field, value, source, replaced }: StatedSetting): string[] {
  return [
    field,
    JSON.stringify(value),
    replaced === null ? "-" : JSON.stringify(replaced.value),
    source.statedAt ?? "-",
  ];
}

/** Reads `name=value`. The value is JSON, or text where it is no JSON. @throws ARGUMENT_INVALID */
function readSetting(word: string): { field: string; value: unknown } {
  const equals = word.indexOf("=");
  if (equals < 1) {
    throw failure("ARGUMENT_INVALID", { where: "the settings", received: JSON.stringify(word), allowed: "name=value" });
  }
  const given = word.slice(equals + 1);
  return { field: word.slice(0, equals), value: jsonOrText(given) };
}

function jsonOrText(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

const UPDATE = graphql(`
  mutation SetSettings($id: ID!, $set: [SettingInput!]!, $clear: [String!]!) {
    updateExperiment(id: $id, set: $set, clear: $clear) {
      experiment {
        id
        name
        method
        seed
        quantization {
          label
          bits
          scheme
        }
        config {
          field
          value
          certainty
          source {
            file
            key
            statedBy
            statedAt
          }
          replaced {
            value
          }
        }
      }
      contradictions {
        field
        message
      }
    }
  }
`);
