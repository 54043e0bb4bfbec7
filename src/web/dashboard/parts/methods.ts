import { Method } from "../../../model/enums/run.js";

const LABELS: Readonly<Record<Method, string>> = {
  LORA: "LoRA",
  QLORA: "QLoRA",
  DORA: "DoRA",
  QDORA: "QDoRA",
  FULL: "Full",
  OTHER_PEFT: "Other PEFT",
  BASE: "Base model",
  UNKNOWN: "Unknown",
};

/** The options of a method filter. The first option sets no filter. */
export const METHOD_OPTIONS: readonly (readonly [value: Method | "", label: string])[] = [
  ["", "Any"],
  ...Object.values(Method).map((method) => [method, LABELS[method]] as const),
];

/** Returns the usual spelling of a method: `QLoRA`. */
export const methodLabel = (method: Method): string => LABELS[method];
