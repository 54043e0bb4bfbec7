/** A layer's name, taken apart. */
export interface LayerName {
  /** `transformer.h.12.attn.c_attn` */
  readonly name: string;
  /** 12: the first number in the path; null where there is none. */
  readonly index: number | null;
  /** `attn.c_attn`: the path after that number, or all of it. */
  readonly module: string;
}

/** Takes a module path apart. */
export function layerName(name: string): LayerName {
  const parts = name.split(".");
  const at = parts.findIndex((part) => /^\d+$/.test(part));
  const module = at < 0 ? name : parts.slice(at + 1).join(".");
  return { name, index: at < 0 ? null : Number(parts[at]), module: module === "" ? name : module };
}

/** Model order: modules without a block first, then by block, then by path. */
export function compareLayers(left: LayerName, right: LayerName): number {
  return (
    (left.index ?? -1) - (right.index ?? -1) || (left.module < right.module ? -1 : left.module > right.module ? 1 : 0)
  );
}
