/** How a run was trained, as far as its files tell; null is not known. */
export interface RunSettings {
  readonly name: string;
  readonly method: string;
  readonly quantization: {
    readonly label: string;
    readonly bits: number | null;
    readonly scheme: string | null;
  };
  readonly rank: number;
  readonly seed: number | null;
  /** Optimizer steps. */
  readonly steps: number | null;
  /** Training examples. */
  readonly numSamples: number | null;
  /** The greatest learning rate that was logged. */
  readonly peakLearningRate: number | null;
  readonly baseModel: string | null;
  /** Of adapter_config.json; null where only tables name the run. */
  readonly adapter: AdapterSettings | null;
  /** Optimizer step of the checkpoint that is compared. */
  readonly checkpointStep: number | null;
  /** Tensors of that checkpoint that are kept but not compared, and of which kind. */
  readonly uncompared: readonly { readonly name: string; readonly kind: string }[];
}

export interface AdapterSettings {
  readonly r: number;
  readonly loraAlpha: number;
  readonly useRslora: boolean;
  readonly useDora: boolean;
  readonly fanInFanOut: boolean;
  readonly loraDropout: number;
  readonly bias: string;
  readonly targetModules: readonly string[];
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  /** `true`, `gaussian`, `pissa`, ...; undefined where an earlier version stored the settings without it. */
  readonly initLoraWeights?: string | undefined;
  readonly revision: string | null;
  readonly taskType: string | null;
}

/** The scaling that the settings give modules without a pattern of their own: alpha / r, or alpha / sqrt(r) with rsLoRA. */
export function defaultScaling({ loraAlpha, r, useRslora }: AdapterSettings): number {
  return loraAlpha / (useRslora ? Math.sqrt(r) : r);
}
