/** Returns the rank in a run's name: 8 for `16bit_r8`, `r-8`, `lora_rank8` and `rank=8`; undefined if it has none. */
export function rankInName(name: string): number | undefined {
  return numberAfter("rank|r", name, 1);
}

/** Returns the seed in a run's name: 3 for `16bit_r8_s3`, `seed3` and `seed-3`; undefined if it has none. */
export function seedInName(name: string): number | undefined {
  return numberAfter("seed|s", name, 0);
}

/** Returns the number after one of the words, if both are a part of their own between separators such as `_` and `-`. */
function numberAfter(words: string, name: string, minimum: number): number | undefined {
  const digits = new RegExp(`(?<![a-z0-9])(?:${words})[-_=]?(\\d{1,15})(?![a-z0-9])`, "i").exec(name)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  return value >= minimum ? value : undefined;
}
