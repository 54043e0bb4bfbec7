import type { RunLogBuilder } from "../logs/run-log-builder.js";

interface MlflowPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly milliseconds: number;
}

/** Adds a logged value as a point of its curve. */
export function addMlflowPoint({ name, step, value, milliseconds }: MlflowPoint, builder: RunLogBuilder): void {
  if (!Number.isSafeInteger(step)) return;
  builder.addPoint(name, step, value, Number.isFinite(milliseconds) ? milliseconds / 1000 : null);
}

/** Takes the run's name from its tag. MLflow's other own tags are left out; a person's tags are settings. */
export function addMlflowTag(name: string, text: string, builder: RunLogBuilder): void {
  if (name === "mlflow.runName") builder.name = text.trim() || null;
  else if (!name.startsWith("mlflow.")) builder.addSetting(name, text);
}
