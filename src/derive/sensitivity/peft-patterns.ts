/** The fields of a PEFT LoraConfig that give layers ranks of their own. */
export interface PeftPatterns {
  /** The rank of layers without a pattern: the most frequent one, the smaller of two as frequent. */
  readonly r: number;
  readonly loraAlpha: number;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
}

export interface ScaleRule {
  /** The rank and alpha that the scaling is taken from. */
  readonly r: number;
  readonly loraAlpha: number;
  readonly useRslora: boolean;
  /** Give each layer the alpha that keeps this scaling; otherwise alpha stays, and a larger rank takes smaller steps. */
  readonly keepScale: boolean;
}

/**
 * Ranks by layer as `rank_pattern` and `alpha_pattern`. PEFT reads a key as a regular expression, `^(.*\.)?(key)$`, and takes
 * the first that matches; here each key is a whole module path with its dots escaped, so that it matches that module alone.
 */
export function peftPatterns(
  ranks: readonly { readonly layer: string; readonly rank: number }[],
  scale: ScaleRule,
): PeftPatterns {
  const counts = new Map<number, number>();
  for (const { rank } of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  const [[r] = [scale.r]] = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  const alphaOf = (rank: number) =>
    scale.keepScale
      ? scale.loraAlpha * (scale.useRslora ? Math.sqrt(rank / scale.r) : rank / scale.r)
      : scale.loraAlpha;
  const exceptions = ranks.filter(({ rank }) => rank !== r);
  return {
    r,
    loraAlpha: alphaOf(r),
    rankPattern: Object.fromEntries(exceptions.map(({ layer, rank }) => [keyOf(layer), rank])),
    alphaPattern: scale.keepScale
      ? Object.fromEntries(exceptions.map(({ layer, rank }) => [keyOf(layer), alphaOf(rank)]))
      : {},
  };
}

/** All that a regular expression gives a meaning to stands for itself. */
const keyOf = (layer: string) => layer.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
