import type { LayerRank } from "./rank-allocation.js";

/** The fields of a PEFT LoraConfig that set ranks by layer. */
export interface PeftPatterns {
  /** The rank of layers without a pattern: the most frequent rank, or the smallest of those. */
  readonly r: number;
  readonly loraAlpha: number;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
}

interface ScaleRule {
  /** The rank and alpha of the scaling. */
  readonly r: number;
  readonly loraAlpha: number;
  readonly useRslora: boolean;
  /** Whether each layer gets the alpha that keeps this scaling. Otherwise alpha is constant, so larger ranks take smaller steps. */
  readonly keepScale: boolean;
}

/**
 * Returns ranks by layer as `rank_pattern` and `alpha_pattern`. PEFT matches a key as the regular expression
 * `^(.*\.)?(key)$` and uses the first match. Each key here is a whole module path with special characters escaped, so it
 * matches that module only.
 */
export function peftPatterns(ranks: readonly LayerRank[], scale: ScaleRule): PeftPatterns {
  const r = mostFrequentRank(ranks) ?? scale.r;
  const exceptions = ranks.filter(({ rank }) => rank !== r);
  const rankPattern = exceptions.map(({ layer, rank }) => [escapeForPattern(layer), rank] as const);
  const alphaPattern = exceptions.map(({ layer, rank }) => [escapeForPattern(layer), alphaFor(rank, scale)] as const);
  return {
    r,
    loraAlpha: alphaFor(r, scale),
    rankPattern: Object.fromEntries(rankPattern),
    alphaPattern: scale.keepScale ? Object.fromEntries(alphaPattern) : {},
  };
}

function mostFrequentRank(ranks: readonly LayerRank[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { rank } of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  const byFrequency = [...counts].sort(
    ([leftRank, leftCount], [rightRank, rightCount]) => rightCount - leftCount || leftRank - rightRank,
  );
  return byFrequency[0]?.[0];
}

function alphaFor(rank: number, { r, loraAlpha, useRslora, keepScale }: ScaleRule): number {
  if (!keepScale) return loraAlpha;
  const ratio = rank / r;
  return loraAlpha * (useRslora ? Math.sqrt(ratio) : ratio);
}

/** Escapes every character that has a meaning in a regular expression. */
function escapeForPattern(layer: string): string {
  return layer.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
