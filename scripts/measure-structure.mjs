// `npm run measure:structure -- [COMMIT...]`: prints the counts of docs/architecture.md for each commit and for the working tree.
// They cover the TypeScript files below src/ without the generated client.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const GENERATED = "store/generated/";
/** Files with fewer lines count as small. */
const SMALL_LINES = 25;

printTable([
  ...process.argv.slice(2).map((commit) => ({ name: commit, counts: measureCommit(commit) })),
  { name: "working tree", counts: measureFolder(path.join(ROOT, "src")) },
]);

/** Measures the src/ of a commit, which is extracted to a temporary folder. */
function measureCommit(commit) {
  const folder = mkdtempSync(path.join(tmpdir(), "rankscope-structure-"));
  try {
    const archive = execFileSync("git", ["archive", commit, "src"], { cwd: ROOT, maxBuffer: 2 ** 30 });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
    return measureFolder(path.join(folder, "src"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the counts of a source folder by their names. */
function measureFolder(source) {
  const files = readSources(source);
  const imports = importsOf(files);
  const lines = [...files.values()].map((text) => text.trimEnd().split("\n").length);
  const sorted = lines.toSorted((left, right) => left - right);
  const small = lines.filter((count) => count < SMALL_LINES).length;
  const folders = countBy([...files.keys()].flatMap((file) => topFolder(file) ?? []));
  const [largest] = [...folders].toSorted(([, left], [, right]) => right - left);
  const importers = countBy(imports.map(({ to }) => to));
  return {
    files: files.size,
    "median lines per file": sorted[Math.floor(sorted.length / 2)],
    "longest file, lines": sorted.at(-1),
    [`files under ${SMALL_LINES} lines`]: `${small} (${Math.round((100 * small) / files.size)} %)`,
    "files with one importer": [...importers.values()].filter((count) => count === 1).length,
    "largest folder": `\`${largest[0]}\`, ${largest[1]} files`,
    "top-level folders": folders.size,
    "imports between top-level folders": imports.filter(crossesFolders).length,
  };
}

/** Returns the texts of the TypeScript files below `source` by their paths. */
function readSources(source) {
  const files = new Map();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(source, file).split(path.sep).join("/");
    if (!entry.isFile() || !/\.tsx?$/.test(name) || name.startsWith(GENERATED)) continue;
    files.set(name, readFileSync(file, "utf8"));
  }
  return files;
}

/** Returns the imports of one source file by another, types included. */
function importsOf(files) {
  return [...files].flatMap(([from, text]) =>
    ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName }) => {
      if (!fileName.startsWith(".")) return [];
      const target = path.posix.join(path.posix.dirname(from), fileName);
      const to = [target, target.replace(/\.jsx?$/, ".ts"), target.replace(/\.jsx?$/, ".tsx")].find((name) =>
        files.has(name),
      );
      return to === undefined ? [] : [{ from, to }];
    }),
  );
}

/** Whether the files lie in different top-level folders. The files directly in src/ count as one more folder. */
function crossesFolders({ from, to }) {
  return topFolder(from) !== topFolder(to);
}

/** Returns the top-level folder of a file; undefined for a file directly in src/. */
function topFolder(file) {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : undefined;
}

/** Returns how often each value occurs. */
function countBy(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function printTable(columns) {
  console.log(`| | ${columns.map(({ name }) => name).join(" | ")} |`);
  console.log(`|${" --- |".repeat(columns.length + 1)}`);
  for (const row of Object.keys(columns[0].counts)) {
    console.log(`| ${row} | ${columns.map(({ counts }) => counts[row]).join(" | ")} |`);
  }
}
