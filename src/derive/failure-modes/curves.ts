import { findSpikes, type Spike } from "./find-spikes.js";
import type { LoggedCurve } from "../runs/metric-choice.js";
import { overfitting as overfit } from "./overfitting.js";
import type { Run } from "../runs/comparison-roles.js";
import type { Evidence } from "../study-evidence.js";
import type { FailureEvidence, FailureKind, FailureMode } from "./failure-mode.js";

/** Runs whose evaluation loss rises while their training loss falls. */
export function overfitting(study: FailureEvidence): FailureMode[] {
  const found = study.runs.flatMap((run) => {
    const curves = study.curves.get(run.id);
    const [training, evaluation] = [curves?.get("loss"), curves?.get("eval_loss")];
    const rise = training && evaluation && overfit(training, evaluation);
    return rise === undefined ? [] : [{ run, rise }];
  });
  if (found.length === 0) return [];
  const names = found.map(({ run, rise }) => `${run.name} (best at step ${rise.bestStep})`).join(", ");
  return [
    {
      kind: "OVERFITTING",
      symptom: `The evaluation loss rises while the training loss falls in ${names}`,
      cause: "The adapter learns the training examples by heart: too many steps, too large a rank, or too few examples",
      mitigation: "Take the checkpoint nearest the best evaluation loss; use fewer steps, more dropout or more data",
      severity: "MEDIUM",
      evidence: found.map(({ run, rise }) => ({
        label: `rise of eval_loss of ${run.name} after step ${rise.bestStep}`,
        value: rise.percent,
        unit: "%",
      })),
      experiments: found.map(({ run }) => run),
    },
  ];
}

/** Single points of the training loss, and of the gradient's norm, far above their neighbours. */
export function spikes(study: FailureEvidence): FailureMode[] {
  return [
    ...spiking(study, "loss", {
      kind: "LOSS_SPIKE",
      what: "training loss",
      cause: "Single batches of broken or outlying examples, or steps too large for the precision in use",
      mitigation: "Look at the batches of these steps; clip gradients, lower the learning rate, or warm up for longer",
      severity: "MEDIUM",
    }),
    ...spiking(study, "grad_norm", {
      kind: "GRADIENT_SPIKE",
      what: "gradient norm",
      cause: "Single batches of outlying examples, or numbers that leave the range of the compute dtype",
      mitigation: "Clip gradients (max_grad_norm), lower the learning rate, or compute in bfloat16",
      severity: "LOW",
    }),
  ];
}

interface Wording extends Pick<FailureMode, "cause" | "mitigation" | "severity"> {
  readonly kind: FailureKind;
  readonly what: string;
}

function spiking({ runs, curves }: FailureEvidence, name: string, { what, ...wording }: Wording): FailureMode[] {
  const found = runs.flatMap((run): { run: Run; spikes: Spike[] }[] => {
    const curve = curves.get(run.id)?.get(name);
    const spikes = curve === undefined ? [] : findSpikes(curve);
    return spikes.length === 0 ? [] : [{ run, spikes }];
  });
  if (found.length === 0) return [];
  const where = found.map(({ run, spikes }) => `${run.name} (${steps(spikes.map(({ step }) => step))})`).join(", ");
  return [
    {
      ...wording,
      symptom: `The ${what} spikes in ${where}`,
      evidence: found.flatMap(({ run, spikes }): Evidence[] =>
        spikes.map(({ step, value }) => ({ label: `${name} of ${run.name} at step ${step}`, value, unit: name })),
      ),
      experiments: found.map(({ run }) => run),
    },
  ];
}

/** Values, curves and weights that are NaN or infinite. */
export function nonFinite({ runs, curves, similarities, spectra }: FailureEvidence): FailureMode[] {
  const found = runs.flatMap((run) => {
    const metrics = [...run.metrics].filter(([, value]) => !Number.isFinite(value)).map(([name]) => name);
    const logged = [...(curves.get(run.id) ?? [])].flatMap(([name, curve]) => brokenAt(name, curve));
    const layers = spectra
      .filter((entry) => entry.run.id === run.id)
      .flatMap((entry) => entry.layers)
      .filter(({ spectrum }) => spectrum.undefinedReason === "NOT_FINITE")
      .map(({ layer }) => `weights of ${layer.name}`);
    const where = [...metrics, ...logged, ...layers];
    return where.length === 0 ? [] : [{ run, where }];
  });
  const compared = similarities.filter(({ layers }) =>
    layers.some(({ similarity }) => similarity.undefinedReason === "NOT_FINITE"),
  );
  if (found.length === 0 && compared.length === 0) return [];
  const places = [
    ...found.map(({ run, where }) => `${run.name}: ${where.join(", ")}`),
    ...(found.length === 0 ? compared.map(({ rank }) => `weights of r = ${rank}`) : []),
  ];
  // Loss scaling skips steps whose gradient overflowed: a few of them are no harm.
  const isGradientAlone = compared.length === 0 && found.every(({ where }) => where.every(isOfGradient));
  return [
    {
      kind: "NON_FINITE",
      symptom: `NaN or infinite numbers (${places.join("; ")})`,
      cause: isGradientAlone
        ? "Single gradients left the range of the compute dtype; loss scaling skips such steps"
        : "Training diverged, or numbers left the range of float16",
      mitigation: "Train in bfloat16 or float32, lower the learning rate, clip gradients; take an earlier checkpoint",
      severity: isGradientAlone ? "LOW" : "HIGH",
      evidence: found.map(({ run, where }) => ({
        label: `curves, metrics and layers of ${run.name} with such numbers`,
        value: where.length,
        unit: "",
      })),
      experiments: found.map(({ run }) => run),
    },
  ];
}

const isOfGradient = (place: string) => place.startsWith("grad_norm ");

function brokenAt(name: string, { steps: logged, values }: LoggedCurve): string[] {
  const broken = logged.filter((_, i) => !Number.isFinite(values[i]));
  return broken.length === 0 ? [] : [`${name} at ${steps(broken)}`];
}

/** `step 30`, `steps 30, 40 and 12 more`: the curve has them all. */
function steps(found: readonly number[]): string {
  const shown = found.slice(0, 5).join(", ");
  const more = found.length > 5 ? ` and ${found.length - 5} more` : "";
  return `${found.length === 1 ? "step" : "steps"} ${shown}${more}`;
}
