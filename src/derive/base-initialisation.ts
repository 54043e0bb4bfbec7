/** Initialisations of PEFT that take the first B A out of the base weights; the import warns of the same. */
const CHANGES_BASE = /^(pissa(_niter_\d+)?|olora|corda|loftq|lora_ga)$/i;

/** Whether `init_lora_weights` makes B A something else than what training changed. */
export function changesBase(initLoraWeights: string | undefined): boolean {
  return initLoraWeights !== undefined && CHANGES_BASE.test(initLoraWeights);
}
