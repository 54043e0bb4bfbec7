import { Method } from "./enums/run.js";
import { STANDARD_FIELDS } from "./setting-fields.js";
import type { SettingValue } from "./settings.js";

/** A checked value, or the values that the setting allows. */
export type StatedValue = { readonly value: SettingValue } | { readonly allowed: string };

/** Maximum number of characters of a text, and of members of a list, as in imported files. */
const MAX_CHARACTERS = 4_000;
const MAX_MEMBERS = 200;
/** Largest integer of a column of the store. */
const MAX_INTEGER = 2 ** 31 - 1;

/** Returns the value that `given` states for a setting. Text that is a number is one for a setting that is a number. */
type Reader = (given: unknown) => StatedValue;

const READERS: ReadonlyMap<string, Reader> = new Map([
  ["bits", integer(1, 64)],
  ...["seed", "data_seed", "num_samples"].map((field) => [field, integer(0, MAX_INTEGER)] as const),
  ...[
    "max_steps",
    "batch_size",
    "gradient_accumulation_steps",
    "effective_batch_size",
    "max_sequence_length",
    "gpus",
  ].map((field) => [field, integer(1, MAX_INTEGER)] as const),
  ...["learning_rate", "warmup_steps", "weight_decay", "max_grad_norm", "epochs", "lora_alpha"].map(
    (field) => [field, number(0, Number.MAX_VALUE)] as const,
  ),
  ...["warmup_ratio", "lora_dropout"].map((field) => [field, number(0, 1)] as const),
  ...["packing", "gradient_checkpointing", "use_dora", "use_rslora", "double_quantization"].map(
    (field) => [field, truthValue] as const,
  ),
  ["method", method],
  ["dataset", textOrList],
  ["evaluation_dataset", textOrList],
  ["target_modules", textOrList],
]);

/** Checks a value that a person states for a setting: by its type for a standard one, any scalar or list for another. */
export function readStatedValue(field: string, given: unknown): StatedValue {
  const read = READERS.get(field) ?? (STANDARD_FIELDS.has(field) ? text : anyValue);
  return read(given);
}

function integer(minimum: number, maximum: number): Reader {
  return (given) => {
    const value = numberIn(given);
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return { value };
    return { allowed: `a whole number, ${minimum} to ${maximum}` };
  };
}

function number(minimum: number, maximum: number): Reader {
  return (given) => {
    const value = numberIn(given);
    if (value >= minimum && value <= maximum) return { value };
    return {
      allowed: maximum === Number.MAX_VALUE ? `a number, ${minimum} or more` : `a number, ${minimum} to ${maximum}`,
    };
  };
}

function numberIn(given: unknown): number {
  if (typeof given === "number") return given;
  return typeof given === "string" && given.trim() !== "" ? Number(given) : NaN;
}

function truthValue(given: unknown): StatedValue {
  if (typeof given === "boolean") return { value: given };
  if (given === "true" || given === "false") return { value: given === "true" };
  return { allowed: "true or false" };
}

function method(given: unknown): StatedValue {
  const name = typeof given === "string" ? given.toUpperCase().replace(/[-_ ]/g, "") : "";
  const value = Object.values(Method).find((one) => one.replace(/_/g, "") === name);
  return value === undefined ? { allowed: Object.values(Method).join(", ") } : { value };
}

function text(given: unknown): StatedValue {
  const value = typeof given === "number" || typeof given === "boolean" ? String(given) : given;
  if (typeof value === "string" && isStorable(value)) return { value };
  return { allowed: `a text of 1 to ${MAX_CHARACTERS} characters` };
}

function textOrList(given: unknown): StatedValue {
  if (!Array.isArray(given)) return text(given);
  const members = given as unknown[];
  const isList = members.every((member) => typeof member === "string" && isStorable(member));
  if (isList && members.length > 0 && members.length <= MAX_MEMBERS) return { value: members as string[] };
  return { allowed: `a text, or a list of 1 to ${MAX_MEMBERS} texts` };
}

function anyValue(given: unknown): StatedValue {
  if (isScalar(given)) return { value: given };
  if (Array.isArray(given) && given.length > 0 && given.length <= MAX_MEMBERS && given.every(isScalar)) {
    return { value: given };
  }
  return { allowed: `a text, a number, true, false, or a list of 1 to ${MAX_MEMBERS} of these` };
}

function isScalar(given: unknown): given is string | number | boolean {
  if (typeof given === "string") return isStorable(given);
  return typeof given === "boolean" || (typeof given === "number" && Number.isFinite(given));
}

/** PostgreSQL stores no zero characters and no halves of characters. */
function isStorable(value: string): boolean {
  return value.trim() !== "" && value.length <= MAX_CHARACTERS && !/\0|\p{Surrogate}/u.test(value);
}
