import { countOf } from "../../model/count-of.js";
import type { RunExplanation, RunSummary, StudySummary } from "../../model/import-preview.js";
import type { Finding } from "../../model/records.js";
import { significant } from "../terminal/cells.js";
import type { Screen } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";

/** Runs of a study that a terminal shows. Files and pipes get all. */
const MAX_SHOWN_RUNS = 40;
/** Metrics, or uncertain settings, that one cell names. */
const MAX_NAMES = 4;

const COLUMNS = [
  text("run"),
  text("method"),
  text("base weights"),
  number("rank"),
  number("seed"),
  number("checkpoints"),
  number("curves"),
  number("settings"),
  text("metrics"),
  text("named or assumed"),
];

/** Formats a study as a heading and a table: one row per run, with what was found for it. */
export function studyTable({ slug, baseModel, layers, runs }: StudySummary, screen: Screen): string[] {
  const shown = screen.interactive ? runs.slice(0, MAX_SHOWN_RUNS) : runs;
  const hidden = runs.length - shown.length;
  return [
    `Study ${slug}: ${countOf(runs.length, "run")}, ${countOf(layers, "adapted layer")}, base model ${baseModel ?? "unknown"}`,
    ...table(COLUMNS, shown.map(runRow), screen),
    ...(hidden > 0 ? [`and ${countOf(hidden, "more run")}; --json lists all.`] : []),
  ];
}

function runRow({
  name,
  method,
  quantization,
  rank,
  seed,
  checkpoints,
  curves,
  settings,
  metrics,
  uncertain,
}: RunSummary) {
  return [
    name,
    method,
    quantization,
    rank === null ? "-" : String(rank),
    seed === null ? "-" : String(seed),
    String(checkpoints),
    String(curves),
    String(settings),
    names(metrics),
    names(uncertain),
  ];
}

function names(list: readonly string[]): string {
  if (list.length === 0) return "-";
  const more = list.length > MAX_NAMES ? ` and ${list.length - MAX_NAMES} more` : "";
  return list.slice(0, MAX_NAMES).join(", ") + more;
}

/** Formats where each value of a run comes from. Other sources of a setting follow the one that was kept. */
export function explanationText(
  { run, settings, metrics, contradictedMetrics, curves, checkpoints }: RunExplanation,
  screen: Screen,
): string[] {
  const kept = new Map(
    settings.filter(({ isKept }) => isKept).map(({ field, value }) => [field, JSON.stringify(value)]),
  );
  const settingRows = settings.map(({ field, value, file, key, certainty, source, isKept }) => [
    isKept ? field : `  ${kept.get(field) === JSON.stringify(value) ? "also" : "not kept"}: ${field}`,
    typeof value === "object" ? value.join(", ") : String(value),
    file === "" ? "-" : file,
    key,
    certainty,
    source,
  ]);
  return [
    `Run ${run}`,
    ...table(
      [text("setting"), text("value"), text("file"), text("key"), text("certainty"), text("source")],
      settingRows,
      screen,
    ),
    "",
    ...table(
      [text("metric"), number("value"), text("file")],
      metrics.flatMap(({ name, value, source }) => [
        [name, significant(value), source],
        ...contradictedMetrics
          .filter((contradicted) => contradicted.name === name)
          .map((contradicted) => [`  not kept: ${name}`, significant(contradicted.value), contradicted.source]),
      ]),
      screen,
    ),
    "",
    ...table(
      [text("curve"), number("points")],
      curves.map(({ name, points }) => [name, String(points)]),
      screen,
    ),
    "",
    ...table(
      [text("checkpoint"), number("step"), text("final")],
      checkpoints.map(({ folders, step, isFinal }) => [
        folders.join(", "),
        step === null ? "-" : String(step),
        isFinal ? "yes" : "no",
      ]),
      screen,
    ),
  ];
}

const LABELS: Record<Finding["severity"], string> = { info: "found   ", warning: "warning ", error: "ERROR   " };

/** Formats findings as lines. The runs that were found are left out: the table shows them. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ code }) => code !== "RUN_FOUND")
    .map(({ severity, where, message }) => `  ${LABELS[severity]} ${where}: ${message}`);
}
