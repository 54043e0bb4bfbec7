import { pythonJson } from "./python-json.js";
import { ALPHA, BASE_MODEL, type Run } from "./runs.js";

/** Returns the `adapter_config.json` of a run, with the fields and the layout of PEFT's `save_pretrained`. */
export function adapterConfig({ rank, bits }: Run): string {
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: BASE_MODEL,
    revision: null,
    auto_mapping: null,
    inference_mode: true,
    r: rank,
    target_modules: ["c_attn", "c_fc"],
    exclude_modules: null,
    lora_alpha: ALPHA,
    lora_dropout: 0.05,
    // GPT-2 stores transposed weights (Conv1D). Loading in 4 bits replaces them by linear layers, and PEFT unsets this.
    fan_in_fan_out: bits === 16,
    bias: "none",
    lora_bias: false,
    use_rslora: false,
    use_dora: false,
    use_qalora: false,
    qalora_group_size: 16,
    modules_to_save: null,
    init_lora_weights: true,
    layers_to_transform: null,
    layers_pattern: null,
    layer_replication: null,
    rank_pattern: {},
    alpha_pattern: {},
    megatron_config: null,
    megatron_core: "megatron.core",
    trainable_token_indices: null,
    target_parameters: null,
    loftq_config: {},
    eva_config: null,
    corda_config: null,
  };
  return pythonJson(config, true);
}
