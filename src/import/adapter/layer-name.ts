/** The parts of a layer's name. */
interface LayerName {
  /** `transformer.h.12.attn.c_attn` */
  readonly name: string;
  /** 12: the first number in the path; null if it has none. */
  readonly index: number | null;
  /** `attn.c_attn`: the path after that number, or the whole path. */
  readonly module: string;
}

/** Splits a module path into its parts. */
export function layerName(name: string): LayerName {
  const parts = name.split(".");
  const at = parts.findIndex((part) => /^\d+$/.test(part));
  if (at < 0) return { name, index: null, module: name };
  const module = parts.slice(at + 1).join(".");
  return { name, index: Number(parts[at]), module: module === "" ? name : module };
}

/** Compares layers in model order: modules outside of blocks first, then by block, then by path. */
export function compareLayers(left: LayerName, right: LayerName): number {
  const byBlock = (left.index ?? -1) - (right.index ?? -1);
  if (byBlock !== 0) return byBlock;
  if (left.module === right.module) return 0;
  return left.module < right.module ? -1 : 1;
}
