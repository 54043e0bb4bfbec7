import { parsePattern, type PatternNode } from "./pattern-syntax.js";

/** Whether a module path fits. */
export type ModulePattern = (module: string) => boolean;

/**
 * A key of `rank_pattern` or `alpha_pattern` as PEFT reads it: a regular expression matched as `^(.*\.)?(key)$`.
 * The file is not trusted, and RegExp takes exponential time for some expressions. This follows all ways through the
 * pattern at once, so the time is bounded by the lengths.
 *
 * @throws ADAPTER_CONFIG_INVALID for an expression that is not known here: passed over, it would give a wrong scaling
 */
export function modulePattern(key: string): ModulePattern {
  if (/^[\w.]*$/.test(key)) return (module) => endsWith(module, key);
  const root = parsePattern(key);
  return (module) => {
    const starts = [0, ...[...module.matchAll(/\./g)].map(({ index }) => index + 1)];
    return advance(root, new Set(starts), module).has(module.length);
  };
}

/** Nearly every key is a plain module name, and some adapters have one for each module. A dot stands for any character. */
function endsWith(module: string, key: string): boolean {
  const start = module.length - key.length;
  if (start < 0 || (start > 0 && module[start - 1] !== ".")) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== "." && key[i] !== module[start + i]) return false;
  return true;
}

type Positions = ReadonlySet<number>;

/** The positions in `text` that `node` can end at when it begins at one of `from`. */
function advance(node: PatternNode, from: Positions, text: string): Positions {
  switch (node.kind) {
    case "one":
      return new Set([...from].filter((at) => at < text.length && node.fits(text.charAt(at))).map((at) => at + 1));
    case "start":
      return new Set([...from].filter((at) => at === 0));
    case "end":
      return new Set([...from].filter((at) => at === text.length));
    case "sequence":
      return node.parts.reduce((positions, part) => advance(part, positions, text), from);
    case "choice":
      return new Set(node.options.flatMap((option) => [...advance(option, from, text)]));
    case "repeat":
      return repeat(node, from, text);
  }
}

function repeat(
  { node, least, most }: Extract<PatternNode, { kind: "repeat" }>,
  from: Positions,
  text: string,
): Positions {
  let frontier = from;
  for (let count = 0; count < least; count++) frontier = advance(node, frontier, text);
  const reached = new Set(frontier);
  for (let count = least; count < most && frontier.size > 0; count++) {
    // A position that was reached with fewer repeats can go on further from there: it need not be followed again.
    frontier = new Set([...advance(node, frontier, text)].filter((at) => !reached.has(at)));
    for (const at of frontier) reached.add(at);
  }
  return reached;
}
