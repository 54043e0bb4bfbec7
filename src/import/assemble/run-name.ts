/** The rank that a run's name gives: 8 in `16bit_r8`, `r-8`, `lora_rank8`, `rank=8`; undefined where it gives none. */
export function rankInName(name: string): number | undefined {
  return numberAfter("rank|r", name, 1);
}

/** The seed that a run's name gives: 3 in `16bit_r8_s3`, `seed3`, `seed-3`; undefined where it gives none. */
export function seedInName(name: string): number | undefined {
  return numberAfter("seed|s", name, 0);
}

/** The number after one of the words, where the two stand as a part of their own, between `_`, `-` and the like. */
function numberAfter(words: string, name: string, least: number): number | undefined {
  const digits = new RegExp(`(?<![a-z0-9])(?:${words})[-_=]?(\\d{1,15})(?![a-z0-9])`, "i").exec(name)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  return value >= least ? value : undefined;
}
