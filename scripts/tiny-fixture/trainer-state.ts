import { EVAL_STEPS, LOGGING_STEPS, type Curves } from "./curves.js";
import { PythonFloat, pythonJson, type PythonValue } from "./python-json.js";
import { BATCH_SIZE, NUM_SAMPLES, TOTAL_STEPS } from "./runs.js";

const EVAL_SAMPLES = 256;
const EVAL_SECONDS = 4.096;
const FLOS_PER_STEP = 3_145_728_000;

/** Returns the `trainer_state.json` of the checkpoint at `step`, in the layout of the Hugging Face Trainer. */
export function trainerState(curves: Curves, step: number): string {
  const state = {
    best_global_step: null,
    best_metric: null,
    best_model_checkpoint: null,
    epoch: epoch(step),
    eval_steps: EVAL_STEPS,
    global_step: step,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: logHistory(curves, step),
    logging_steps: LOGGING_STEPS,
    max_steps: TOTAL_STEPS,
    num_input_tokens_seen: 0,
    num_train_epochs: 2,
    save_steps: 100,
    stateful_callbacks: {
      TrainerControl: {
        args: {
          should_epoch_stop: false,
          should_evaluate: false,
          should_log: false,
          should_save: true,
          should_training_stop: step === TOTAL_STEPS,
        },
        attributes: {},
      },
    },
    total_flos: new PythonFloat(step * FLOS_PER_STEP),
    train_batch_size: BATCH_SIZE,
    trial_name: null,
    trial_params: null,
  };
  return `${pythonJson(state, true)}\n`;
}

function logHistory(curves: Curves, lastStep: number): PythonValue[] {
  const entries: PythonValue[] = [];
  for (let step = LOGGING_STEPS; step <= lastStep; step += LOGGING_STEPS) {
    const i = step / LOGGING_STEPS - 1;
    entries.push({
      epoch: epoch(step),
      grad_norm: new PythonFloat(curves.gradNorm[i] ?? NaN),
      learning_rate: new PythonFloat(curves.learningRate[i] ?? NaN),
      loss: rounded(curves.loss[i] ?? NaN),
      step,
    });
    if (step % EVAL_STEPS === 0) {
      entries.push({
        epoch: epoch(step),
        eval_loss: new PythonFloat(curves.evalLoss[step / EVAL_STEPS - 1] ?? NaN),
        eval_runtime: rounded(EVAL_SECONDS),
        eval_samples_per_second: rounded(EVAL_SAMPLES / EVAL_SECONDS),
        eval_steps_per_second: rounded(EVAL_SAMPLES / BATCH_SIZE / EVAL_SECONDS),
        step,
      });
    }
  }
  return entries;
}

/** Number of passes over the data after `step` steps. */
function epoch(step: number): PythonFloat {
  return new PythonFloat((step * BATCH_SIZE) / NUM_SAMPLES);
}

/** Rounds to 4 digits, as the Trainer does with the losses and speeds that it logs. */
function rounded(value: number): PythonFloat {
  return new PythonFloat(Number(value.toFixed(4)));
}
