import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiServer } from "../support/api-server.js";
import { rankscope } from "../support/rankscope.js";
import { twoStudies } from "../support/two-studies.js";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** A busy machine takes longer than the default wait of a shell. */
const PATIENT = { RANKSCOPE_COMPLETION_SECONDS: "60" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-completion-"));
  // The command's name in an installed package.
  const program = path.join(folder, "rankscope");
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(program, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const api = apiServer((database) => twoStudies(database, folder));

/** Returns the completions that a new shell offers at the end of a command line. */
type Complete = (line: string) => Promise<string[]>;

async function run(shell: string, args: readonly string[], environment: Record<string, string>): Promise<string[]> {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const { stdout } = await promisify(execFile)(shell, args, {
    cwd: folder,
    env: { ...inherited, PATH: `${folder}:${process.env["PATH"] ?? ""}`, HOME: folder, ...environment },
  });
  return stdout.split("\n").filter((line) => line !== "");
}

const SHELLS: Record<string, (environment: Record<string, string>) => Complete> = {
  bash: (environment) => (line) => {
    const script = `source <(rankscope completion bash)
      COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _rankscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run("bash", ["--norc", "-c", script, "bash", ...line.split(" ")], environment);
  },
  // zsh completes only in its line editor, so the completions are captured from a shell in a pseudo-terminal.
  zsh: (environment) => (line) => {
    const script = `zmodload zsh/zpty
      zpty -b inner zsh -f -i
      zpty -w inner 'PROMPT=; autoload -Uz compinit; compinit -u -D; source <(rankscope completion zsh)
        taken() { local -a all; _describe() { all=("\${(@P)2}") }; _rankscope; print -r -- "<<\${(j:|:)all}>>" > $OUT; zle -K main }
        zle -C taken complete-word taken; bindkey "^X" taken; : ready > $OUT.ready'
      while [[ ! -e $OUT.ready ]]; do sleep 0.05; done
      zpty -n -w inner "$LINE"$'\\x18'
      while [[ ! -s $OUT ]]; do sleep 0.05; zpty -r inner > /dev/null 2>&1; done
      zpty -d inner
      cat $OUT`;
    const out = path.join(folder, `zsh-${Math.random()}`);
    return run("zsh", ["-f", "-c", script], { ...environment, LINE: line, OUT: out }).then(([shown = ""]) =>
      shown
        .replace(/^<<|>>$/g, "")
        .split("|")
        .map((one) => one.replace(/:.*$/, ""))
        .filter((one) => one !== ""),
    );
  },
  fish: (environment) => async (line) => {
    const script = `rankscope completion fish | source; complete -C '${line}'`;
    return (await run("fish", ["--no-config", "-c", script], environment)).map((one) => one.split("\t")[0] ?? "");
  },
};

describe.each(Object.keys(SHELLS))("in %s", (shell) => {
  const isHere = spawnSync(shell, ["-c", "exit 0"]).status === 0;
  if (!isHere) console.warn(`completion in ${shell} is skipped: it is not installed`);

  test.skipIf(!isHere)("completes commands, options, choices, slugs and runs", async () => {
    const complete = SHELLS[shell]?.({ RANKSCOPE_SERVER: api.address, ...PATIENT });
    if (complete === undefined) throw new Error("no such shell");
    expect(await complete("rankscope stu")).toEqual(["studies"]);
    expect(await complete("rankscope ")).toEqual(expect.arrayContaining(["serve", "compare", "report", "watch"]));
    expect(await complete("rankscope ")).not.toContain("complete");
    expect(await complete("rankscope report --f")).toEqual(["--format"]);
    expect((await complete("rankscope report --format ")).sort()).toEqual(["html", "json", "markdown", "text"]);
    expect(await complete("rankscope completion z")).toEqual(["zsh"]);
    expect(await complete("rankscope report o")).toEqual(["one"]);
    expect(await complete("rankscope compare one/16bit_r2 one/4")).toEqual(["one/4bit_r2", "one/4bit_r3"]);
  });
});

describe("completions from the store", () => {
  const complete = async (environment: Record<string, string>, ...words: string[]) => {
    const { stdout, ...rest } = await rankscope(["complete", "--", ...words], environment);
    expect(rest).toMatchObject({ code: 0, stderr: "" });
    return stdout.split("\n").filter((line) => line !== "");
  };

  test("come from the database in the settings", async () => {
    const settings = { DATABASE_URL: api.database.url, ...PATIENT };
    expect(await complete(settings, "report", "")).toEqual(["two\t", "one\t"]);
    expect(await complete(settings, "compare", "two/u")).toEqual(["two/untrained\t"]);
    expect(await complete(settings, "watch", "%")).toEqual([]);
  });

  test("are empty, without a message, if nothing answers, and start nothing", async () => {
    const data = path.join(folder, "no-data");
    for (const settings of [
      { RANKSCOPE_DATA: data },
      { DATABASE_URL: "postgresql://user:secret@127.0.0.1:1/none" },
      { RANKSCOPE_SERVER: "http://127.0.0.1:9/" },
    ])
      expect(await complete(settings, "report", "")).toEqual([]);
    expect(spawnSync("ls", [data]).status).not.toBe(0);
  });
});
