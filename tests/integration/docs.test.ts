import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";
import { commandsOf, literals, readDocuments, shellCommands, type CodeBlock } from "../support/markdown.js";
import { query, rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { GPT2_STUDY, missingSharedStudy } from "../support/shared-study.js";

// The documents' examples are run on the example study, and their results compared with what is shown.

const DOCUMENTS = readDocuments();
const PUBLIC_STUDY = "gpt2-medium-alpaca";
const whyNoPublicStudy = missingSharedStudy();
const fresh = freshDatabase();
const runCommand = commandProcess();
let data: string;
let environment: Record<string, string>;
let server: RunningRankscope;

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), "rankscope-docs-"));
  environment = { DATABASE_URL: fresh.url, RANKSCOPE_DATA: data };
  server = await serveRankscope(environment);
  if (whyNoPublicStudy === undefined) {
    const { code, stderr } = await rankscope(["import", GPT2_STUDY, "--slug", PUBLIC_STUDY], environment);
    expect(code, stderr).toBe(0);
  }
}, 120_000);
afterAll(async () => {
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
  await rm(data, { recursive: true });
});

test("every rankscope command and option in the documents exists", async () => {
  const commands = DOCUMENTS.flatMap((document) => [...shellCommands(document), ...inlineCommands(document)])
    .map(rankscopeWords)
    .filter((words) => words !== undefined);
  const names = new Set(commands.map(commandName));
  const help = new Map(await Promise.all([...names].map(async (name) => [name, await helpOf(name)] as const)));
  const unknown = commands.flatMap((words) => {
    const described = help.get(commandName(words)) ?? "";
    const options = words.filter((word) => word.startsWith("--"));
    const missing = options.filter((option) => !new RegExp(`${option}\\b`).test(described));
    return described === "" || missing.length > 0 ? [words.join(" ")] : [];
  });
  expect(unknown).toEqual([]);
});

test("every path in the documents is served", async () => {
  const paths = new Set(
    DOCUMENTS.flatMap((document) => [...literals(document).flatMap(pathsIn), ...otherFormats(document)]),
  );
  expect(paths.size).toBeGreaterThan(30);
  const missing: string[] = [];
  for (const place of paths) {
    const response = await fetch(new URL(place, server.address), { headers: { "apollo-require-preflight": "1" } });
    if (response.status !== 200) missing.push(`${place}: ${response.status} ${await response.text()}`);
  }
  expect(missing).toEqual([]);
});

describe.each(DOCUMENTS.filter(({ blocks }) => blocks.some((block) => shownResult(block) !== undefined)))(
  "$file",
  ({ blocks }) => {
    const examples = blocks.filter((block) => shownResult(block) !== undefined);

    test.for(examples)("the example in line $line gives the result that it shows", async (block, { skip }) => {
      const shown = shownResult(block);
      if (shown === undefined) return;
      if (block.text.includes(PUBLIC_STUDY) && whyNoPublicStudy !== undefined) skip(whyNoPublicStudy);
      if (shown.language === "json") {
        expectShown(await answerOf(block), JSON.parse(shown.text), []);
        return;
      }
      const printed = (await outputOf(block)).split("\n").map((line) => line.trim());
      for (const line of shown.text.split("\n").map((text) => text.trim())) {
        if (line !== "..." && line !== "") expect(printed).toContain(line);
      }
    });
  },
);

/** The result that a document shows for the commands or the query of a block. */
function shownResult({ language, next }: CodeBlock): CodeBlock | undefined {
  if (language !== "sh" && language !== "graphql") return undefined;
  return next?.language === "json" || next?.language === "text" ? next : undefined;
}

/** What the server answers to the query of a block, given as GraphQL or as the body that curl sends. */
async function answerOf({ language, text }: CodeBlock): Promise<unknown> {
  if (language === "graphql") return query(server.address, text);
  const body = /'(\{\s*"query":[^']*\})'/.exec(text)?.[1];
  if (body === undefined) throw new Error(`no query in ${text}`);
  const headers = { "content-type": "application/json" };
  return (await fetch(new URL("/graphql", server.address), { method: "POST", headers, body })).json();
}

/** What the commands of a block print, those left out that another machine or network would be needed for. */
async function outputOf({ text }: CodeBlock): Promise<string> {
  let printed = "";
  for (const command of commandsOf(text)) {
    const address = /^curl -s (http:\/\/127\.0\.0\.1:4000\S+)$/.exec(command)?.[1];
    const words = rankscopeWords(command);
    if (address !== undefined) {
      const { pathname, search } = new URL(address);
      printed += await (await fetch(new URL(pathname + search, server.address))).text();
    } else if (words?.[0] === "report" || words?.[0] === "compare") {
      const { code, stdout, stderr } = await runCommand(words, environment);
      expect(code, stderr).toBe(0);
      printed += stdout;
    }
  }
  return printed;
}

/** Compares an answer with the result that is shown, whose numbers may have fewer digits. */
function expectShown(actual: unknown, shown: unknown, place: readonly (string | number)[]): void {
  if (typeof shown === "number" && !Number.isInteger(shown)) {
    const decimals = String(shown).split(".")[1]?.length ?? 0;
    expect(Number(Number(actual).toFixed(decimals)), place.join(".")).toBe(shown);
  } else if (typeof shown === "object" && shown !== null) {
    expect(Object.keys(actual as object), place.join(".")).toEqual(Object.keys(shown));
    for (const [key, value] of Object.entries(shown)) {
      expectShown((actual as Record<string, unknown>)[key], value, [...place, key]);
    }
  } else expect(actual, place.join(".")).toBe(shown);
}

/** Arguments of the command line; undefined for other commands. */
function rankscopeWords(command: string): string[] | undefined {
  const found = /(?:\bnpm run rankscope --|\bnode dist\/main\.js|^(?:source <\()?rankscope) ([^|>)]*)/.exec(
    command,
  )?.[1];
  const words = found?.split(/\s+/).filter((word) => word !== "");
  return words === undefined || words.length === 0 ? undefined : words;
}

/** Commands within code spans: `rankscope doctor --calibrate`. */
function inlineCommands({ prose }: { readonly prose: string }): string[] {
  return [...prose.matchAll(/`([^`\n]*\brankscope [^`\n]+)`/g)].map(([, span = ""]) => span);
}

const COMMANDS_WITH_SUBCOMMANDS = new Set(["evalset", "model", "token"]);

/** The command that the words call: `token create`, `report`. */
function commandName([first = "", second = ""]: readonly string[]): string {
  return COMMANDS_WITH_SUBCOMMANDS.has(first) ? `${first} ${second}` : first;
}

/** The help of a command; empty for an unknown one. */
async function helpOf(name: string): Promise<string> {
  const isGeneral = name === "--help" || name === "help";
  const { code, stdout } = await runCommand(isGeneral ? ["--help"] : [...name.split(" "), "--help"], environment);
  const isKnown = code === 0 && stdout.startsWith(`Usage: rankscope ${isGeneral ? "" : name}`);
  return isKnown ? stdout : "";
}

/** Paths of the same content in other formats: "`/export/layers.csv?ranks=2`, also `.parquet`". */
function otherFormats({ prose }: { readonly prose: string }): string[] {
  return [...prose.matchAll(/`(\/[^`\s]+)`, also ((?:`\.[\w.]+`(?:, )?)+)/g)].flatMap(([, place = "", formats = ""]) =>
    [...formats.matchAll(/`(\.[\w.]+)`/g)].flatMap(([, format = ""]) =>
      pathsIn(place.replace(/\.\w+(?=\?|$)/, format)),
    ),
  );
}

const MOUNTS = /^\/(graphql|export|plots|session|dashboard|metrics|healthz|readyz)\b/;

/** Paths of this server in a code span or line, placeholders filled in. */
function pathsIn(literal: string): string[] {
  const addresses = [...literal.matchAll(/http:\/\/127\.0\.0\.1:4000(\/[^\s)'"]*)/g)].map(([, place = ""]) => place);
  const names = MOUNTS.test(literal) && !literal.includes(" ") ? [literal] : [];
  return [...addresses, ...names].flatMap((place) => {
    if (place === "/graphql") return ["/graphql?query=%7B__typename%7D"];
    if (place === "/export" || place === "/plots") return [];
    return [
      place
        .replace("SLUG", "reference-study")
        .replace("KIND", "rank-threshold")
        .replace("studies=a,b", "studies=reference-study"),
    ];
  });
}
