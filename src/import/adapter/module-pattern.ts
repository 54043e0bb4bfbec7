import { RE2JS } from "re2js";
import { failure } from "../../errors.js";
import { MAX_PATTERN_CHARACTERS } from "../limits.js";

/** Returns whether a module path matches. */
export type ModulePattern = (module: string) => boolean;

/**
 * Compiles a key of `rank_pattern` or `alpha_pattern`, which PEFT matches as the regular expression `^(.*\.)?(key)$`.
 *
 * The file is not trusted and RegExp takes exponential time for some expressions, so RE2 matches it in linear time. A key that
 * RE2 lacks (look-around, back-references) or reads differently than Python's `re` is refused: a wrong match would give a
 * wrong scaling.
 *
 * @throws ADAPTER_CONFIG_INVALID
 */
export function modulePattern(key: string): ModulePattern {
  if (/^[\w.]*$/.test(key)) return (module) => endsWithName(module, key);
  const expression = compile(key);
  return (module) => {
    requireSameClasses(key, module);
    return expression.matches(module);
  };
}

/** Matches a plain module name, as nearly every key is. Some adapters have one key per module. A dot matches any character. */
function endsWithName(module: string, key: string): boolean {
  const start = module.length - key.length;
  if (start < 0 || (start > 0 && module[start - 1] !== ".")) return false;
  for (let i = 0; i < key.length; i++) {
    if (key[i] !== "." && key[i] !== module[start + i]) return false;
  }
  return true;
}

interface PythonDifference {
  readonly construct: RegExp;
  readonly name: string;
}

/** Constructs that RE2 accepts, but Python refuses or reads differently. */
const PYTHON_DIFFERENCES: readonly PythonDifference[] = [
  { construct: /\{,/, name: "a quantifier without a minimum" },
  { construct: /\[:/, name: "a POSIX class" },
  { construct: /\(\?[a-zA-Z-]+\)/, name: "a flag without a group" },
  { construct: /[$^][*+?{]/, name: "a quantifier after an anchor" },
];

function compile(key: string): RE2JS {
  if (key.length > MAX_PATTERN_CHARACTERS) {
    throw refuse(key, `${key.length} characters, more than ${MAX_PATTERN_CHARACTERS}`);
  }
  const difference = PYTHON_DIFFERENCES.find(({ construct }) => construct.test(key));
  if (difference !== undefined) throw refuse(key, difference.name);
  try {
    // The key must be an expression of its own: a)|(b is not, although the whole would be.
    RE2JS.compile(key);
    return RE2JS.compile(`(?:.*\\.)?(?:${key})`);
  } catch (cause) {
    throw refuse(key, (cause as Error).message);
  }
}

/** Python's \w, \d, \s and \b match Unicode, those of RE2 only ASCII. @throws ADAPTER_CONFIG_INVALID if this matters */
function requireSameClasses(key: string, module: string): void {
  const isAscii = /^[\x00-\x7f]*$/.test(module);
  if (!isAscii && /\\[wWdDsSbB]/.test(key)) throw refuse(key, `a class matched against ${JSON.stringify(module)}`);
}

function refuse(key: string, received: string): Error {
  return failure("ADAPTER_CONFIG_INVALID", {
    where: "rank_pattern or alpha_pattern",
    received: `${JSON.stringify(key.slice(0, 100))}: ${received}`,
    allowed: "a regular expression without look-around, back-references and flags",
  });
}
