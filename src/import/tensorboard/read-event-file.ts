import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_EVENT_FILE_BYTES, MAX_EVENT_TEXT_CHARACTERS } from "../limits.js";
import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { decodeEvent, type LoggedEvent } from "./decode-event.js";
import { readRecords } from "./read-records.js";
import { TextCache } from "./text-cache.js";

/** Tags of the texts in which the Hugging Face Trainer logs its arguments and the model's configuration, as JSON. */
const ARGUMENTS_TAG = "args/text_summary";
const MODEL_CONFIG_TAG = "model_config/text_summary";

/**
 * Reads the scalars of a TensorBoard event file as curves, and the Trainer's arguments as settings. The model's
 * configuration is the setting `model_config`. Everything before damage is kept.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws EVENT_FILE_INVALID if the file does not begin with an event, or above a limit; FILE_UNREADABLE, FILE_TOO_LARGE
 */
export function readEventFile(path: string, where: string): Promise<RunLog> {
  return withFile(path, where, async (file) => {
    if (file.size > MAX_EVENT_FILE_BYTES) {
      throw failure("FILE_TOO_LARGE", {
        where,
        received: `${file.size} bytes`,
        allowed: `${MAX_EVENT_FILE_BYTES} bytes`,
      });
    }
    const builder = new RunLogBuilder(where, "EVENT_FILE_INVALID");
    let damage: string | null = null;
    const tags = new TextCache();
    const recordDamage = await readRecords(file, (data) => {
      const event = decoded(data, tags);
      if (event === undefined) {
        damage = "a record that is no event";
        return false;
      }
      builder.startedAt ??= event.wallTime;
      addValues(event, builder);
      return true;
    });
    damage ??= recordDamage;
    if (damage !== null && builder.startedAt === null) {
      throw failure("EVENT_FILE_INVALID", { where, received: damage });
    }
    return builder.build(damage);
  });
}

/** Returns undefined if the bytes are no Event message. */
function decoded(bytes: Uint8Array, tags: TextCache): LoggedEvent | undefined {
  try {
    return decodeEvent(bytes, tags);
  } catch {
    return undefined;
  }
}

function addValues({ step, wallTime, values }: LoggedEvent, builder: RunLogBuilder): void {
  for (const value of values) {
    if (value.kind === "scalar") builder.addPoint(value.tag, step, value.value, wallTime);
    else if (value.tag === ARGUMENTS_TAG) addArguments(value.text, builder);
    else if (value.tag === MODEL_CONFIG_TAG) builder.addSetting("model_config", objectOf(value.text));
  }
}

function addArguments(text: string, builder: RunLogBuilder): void {
  for (const [key, value] of Object.entries(objectOf(text) ?? {})) builder.addSetting(key, value);
}

/** Parses a JSON object. Returns undefined for any other text, such as a note or a sample of the data. */
function objectOf(text: string): object | undefined {
  if (text.length > MAX_EVENT_TEXT_CHARACTERS) return undefined;
  try {
    const value = parsePythonJson(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
