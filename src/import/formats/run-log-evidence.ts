import { settingsOfObject } from "../settings/settings-of-object.js";
import type { SettingSource } from "../settings/setting-sources.js";
import type { RunLog } from "../logs/run-log.js";
import type { DamageEvidence, LoggedCurve, MetricReading, NamedRunEvidence, RunEvidence } from "./evidence.js";

/** Returns the evidence of a record of the run in whose folder it lies. */
export function evidenceOfRun(log: RunLog, source: SettingSource): RunEvidence[] {
  const settings = settingsOfObject(log.settings);
  const metrics = metricsOf(log);
  const curves = curvesOf(log);
  const evidence: RunEvidence[] = [];
  if (settings.length > 0) evidence.push({ kind: "settings", source, settings });
  if (metrics.length > 0) evidence.push({ kind: "metrics", metrics });
  if (curves.length > 0) evidence.push({ kind: "curves", curves });
  return [...evidence, ...damageOf(log)];
}

/**
 * Returns the evidence of a record that names its run: by the last part of the output folder that its settings state, else by its
 * own name. Nothing is returned for a run without a name.
 */
export function evidenceOfNamedRun(log: RunLog, source: SettingSource): (NamedRunEvidence | DamageEvidence)[] {
  const outputFolder = outputFolderOf(log);
  const name = (outputFolder === null ? null : nameOfRunPath(outputFolder)) ?? log.name;
  if (name === null) return damageOf(log);
  const evidence: NamedRunEvidence = {
    kind: "namedRun",
    name,
    outputFolder,
    source,
    settings: settingsOfObject(log.settings, { keepsOther: true }),
    metrics: metricsOf(log),
    curves: curvesOf(log),
  };
  return [evidence, ...damageOf(log)];
}

/** Parts of a path that name a save of a run, not the run. */
const SAVE_NAME = /^(checkpoint-\d+|epoch_\d+|(final|last|best)([-_]\w+)?|adapter([-_]model)?|adapters?|)$/i;

/** Returns the last part of a path that names a run: `4bit_r8` for `runs/4bit_r8/checkpoint-900`. Null if none does. */
export function nameOfRunPath(path: string): string | null {
  return partsOfRunPath(path).at(-1) ?? null;
}

/** Extensions of files of weights. Other dots belong to names, such as `llama-3.1`. */
const WEIGHT_EXTENSION = /\.(gguf|safetensors|bin|pt)$/i;

/** Returns the parts of a path up to the one that names a run. */
export function partsOfRunPath(path: string): string[] {
  const parts = path
    .replace(WEIGHT_EXTENSION, "")
    .split(/[\\/]/)
    .filter((part) => part !== "");
  return parts.slice(0, parts.findLastIndex((part) => !SAVE_NAME.test(part)) + 1);
}

function outputFolderOf({ settings }: RunLog): string | null {
  const folder = settings.get("output_dir") ?? settings.get("output_folder") ?? settings.get("adapter_path");
  return typeof folder === "string" && nameOfRunPath(folder) !== null ? folder : null;
}

function metricsOf({ metrics }: RunLog): MetricReading[] {
  return [...metrics].map(([name, value]) => ({ name, value, step: null }));
}

function curvesOf({ curves }: RunLog): LoggedCurve[] {
  return [...curves].map(([name, curve]) => ({ name, ...curve }));
}

function damageOf({ damage }: RunLog): DamageEvidence[] {
  return damage === null ? [] : [{ kind: "damage", reason: damage }];
}
