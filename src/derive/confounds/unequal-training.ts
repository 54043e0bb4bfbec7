import { unequalSetting } from "./unequal-setting.js";

export const differentBaseModel = unequalSetting({
  kind: "DIFFERENT_BASE_MODEL",
  description: "The adapters name different base models, so they update different weights.",
  severity: "HIGH",
  difference: "The base models differ",
  valueOf: ({ baseModel }) => baseModel,
});

export const differentRevision = unequalSetting({
  kind: "DIFFERENT_REVISION",
  description: "The adapters name different revisions of the base model.",
  severity: "MEDIUM",
  difference: "The revisions of the base model differ",
  valueOf: ({ adapter }) => adapter?.revision,
});

export const unequalSteps = unequalSetting({
  kind: "UNEQUAL_STEPS",
  description: "The runs were trained for different numbers of optimizer steps.",
  severity: "HIGH",
  difference: "The runs were trained for different numbers of steps",
  valueOf: ({ steps }) => steps,
});

export const unequalSamples = unequalSetting({
  kind: "UNEQUAL_SAMPLES",
  description: "The runs were trained on different numbers of examples.",
  severity: "HIGH",
  difference: "The runs were trained on different numbers of examples",
  valueOf: ({ numSamples }) => numSamples,
});

export const unequalLearningRate = unequalSetting({
  kind: "UNEQUAL_LEARNING_RATE",
  description: "The maximum logged learning rates differ.",
  severity: "MEDIUM",
  difference: "The maximum logged learning rates differ",
  valueOf: ({ peakLearningRate }) => peakLearningRate,
});
