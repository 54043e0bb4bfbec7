/** PEFT initialisations that subtract the initial B A from the base weights. All others start from B A = 0. */
const CHANGES_BASE_WEIGHTS = /^(pissa(_niter_\d+)?|olora|corda|loftq|lora_ga)$/i;

/** Returns whether `init_lora_weights` makes the trained B A differ from what training changed. */
export function changesBaseWeights(initLoraWeights: string): boolean {
  return CHANGES_BASE_WEIGHTS.test(initLoraWeights);
}
