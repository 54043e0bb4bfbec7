import { failure } from "../../errors.js";

/** Module paths and patterns for them are shorter than this. */
const MAX_PATTERN_CHARACTERS = 1000;
/** A block number range is written as {1,2}; past this a repeat is no pattern for a module path. */
const MAX_REPEATS = 100;
/** Quantifiers inside quantifiers: the time of a match grows with the path's length to this power. */
const MAX_NESTED_QUANTIFIERS = 2;

/** A regular expression, taken apart. */
export type PatternNode =
  | { readonly kind: "one"; readonly fits: (character: string) => boolean }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly node: PatternNode; readonly least: number; readonly most: number };

const QUANTIFIER = /([*+?]|\{(\d*)(,?)(\d*)\})\??/y;
const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /\d/,
  D: /\D/,
  w: /\w/,
  W: /\W/,
  s: /\s/,
  S: /\S/,
};

/**
 * Takes a regular expression apart by recursive descent. It knows characters, `.`, classes, groups, `|`, `^`, `$` and
 * quantifiers, greedy or not, which is all that says whether a text fits.
 *
 * @throws ADAPTER_CONFIG_INVALID for anything else
 */
export function parsePattern(key: string): PatternNode {
  const refuse = (received: string): Error =>
    failure("ADAPTER_CONFIG_INVALID", {
      where: "rank_pattern or alpha_pattern",
      received: `${JSON.stringify(key.slice(0, 100))}: ${received}`,
      allowed: "a regular expression of characters, classes, groups, | and quantifiers",
    });
  if (key.length > MAX_PATTERN_CHARACTERS)
    throw refuse(`${key.length} characters, more than ${MAX_PATTERN_CHARACTERS}`);
  let at = 0;

  function choice(): PatternNode {
    const options = [sequence()];
    while (key[at] === "|") {
      at++;
      options.push(sequence());
    }
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: "choice", options };
  }

  function sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (at < key.length && key[at] !== "|" && key[at] !== ")") parts.push(quantified(atom()));
    return { kind: "sequence", parts };
  }

  function atom(): PatternNode {
    const character = key.charAt(at++);
    switch (character) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "one", fits: (one) => one !== "\n" };
      case "(":
        return group();
      case "[":
        return { kind: "one", fits: characterClass() };
      case "\\":
        return { kind: "one", fits: escape() };
      case "*":
      case "+":
      case "?":
      case "{":
        throw refuse(`a ${character} that repeats nothing`);
      default:
        return { kind: "one", fits: (one) => one === character };
    }
  }

  function group(): PatternNode {
    if (key.startsWith("?:", at)) at += 2;
    else if (key[at] === "?") throw refuse("a group that begins with (?");
    const inside = choice();
    if (key[at++] !== ")") throw refuse("a ( without its )");
    return inside;
  }

  /** Letters and digits with a backslash have meanings of their own, of which only the classes are known here. */
  function escape(): (one: string) => boolean {
    const character = key.charAt(at++);
    const known = Object.hasOwn(CLASSES, character) ? CLASSES[character] : undefined;
    if (known !== undefined) return (one) => known.test(one);
    if (character === "" || (/\w/.test(character) && character !== "_")) throw refuse(`\\${character}`);
    return (one) => one === character;
  }

  function characterClass(): (one: string) => boolean {
    // JavaScript and Python read these classes alike; the quotes and brackets that Python takes literally are refused.
    const [text, inside] = /^(\^?(?:[^\]\\[]|\\[dDwWsS.\-\]\\])+)\]/.exec(key.slice(at)) ?? [];
    if (text === undefined || inside === undefined) throw refuse("a class that is not understood");
    at += text.length;
    try {
      const expression = new RegExp(`^[${inside}]$`);
      return (one) => expression.test(one);
    } catch {
      throw refuse(`the class [${inside}]`);
    }
  }

  function quantified(node: PatternNode): PatternNode {
    QUANTIFIER.lastIndex = at;
    const [text, sign, low, comma, high] = QUANTIFIER.exec(key) ?? [];
    if (text === undefined || sign === undefined) return node;
    at += text.length;
    QUANTIFIER.lastIndex = at;
    if (QUANTIFIER.test(key)) throw refuse("two quantifiers in a row");
    if (node.kind === "start" || node.kind === "end") throw refuse(`the anchor before ${text}`);
    const [least, most] = bounds(sign, low, comma, high);
    if (least > most || least > MAX_REPEATS || (most !== Infinity && most > MAX_REPEATS))
      throw refuse(`the quantifier ${text}`);
    return { kind: "repeat", node, least, most };
  }

  function bounds(sign: string, low = "", comma = "", high = ""): [number, number] {
    if (sign === "*") return [0, Infinity];
    if (sign === "+") return [1, Infinity];
    if (sign === "?") return [0, 1];
    if (low === "" && high === "") throw refuse("a { that is no quantifier");
    const least = low === "" ? 0 : Number(low);
    return [least, comma === "" ? least : high === "" ? Infinity : Number(high)];
  }

  const root = choice();
  if (at < key.length) throw refuse("a ) without its (");
  if (nesting(root) > MAX_NESTED_QUANTIFIERS)
    throw refuse(`quantifiers inside each other, more than ${MAX_NESTED_QUANTIFIERS} deep`);
  return root;
}

function nesting(node: PatternNode): number {
  switch (node.kind) {
    case "sequence":
      return Math.max(0, ...node.parts.map(nesting));
    case "choice":
      return Math.max(0, ...node.options.map(nesting));
    case "repeat":
      return (node.most > 1 ? 1 : 0) + nesting(node.node);
    default:
      return 0;
  }
}
