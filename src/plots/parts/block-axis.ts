export interface BlockAxis {
  /** Labels of the blocks in model order. */
  readonly domain: readonly string[];
  /** Returns the label of a block; null is the label of layers without a block number. */
  labelOf(index: number | null): string;
}

/** Returns the axis of the blocks that `layers` belong to. @param layers in model order */
export function blockAxis(layers: readonly { readonly index: number | null }[]): BlockAxis {
  const labelOf = (index: number | null) => (index === null ? "none" : String(index));
  return { domain: [...new Set(layers.map(({ index }) => labelOf(index)))], labelOf };
}
