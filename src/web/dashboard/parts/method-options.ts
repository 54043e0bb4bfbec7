/** Methods to filter by; the first is none. */
export const METHOD_OPTIONS = [
  ["", "Any"],
  ["LORA", "LoRA"],
  ["QLORA", "QLoRA"],
  ["DORA", "DoRA"],
  ["QDORA", "QDoRA"],
  ["UNKNOWN", "Unknown"],
] as const;

/** A method as people write it. */
export const methodText = (method: string) => METHOD_OPTIONS.find(([value]) => value === method)?.[1] ?? method;
