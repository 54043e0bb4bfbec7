"""Writes training-args.json: a training_args.bin as torch.save lays it out (a stored ZIP with data.pkl of protocol 2), made without torch.

The classes stand in for those of transformers, accelerate and TRL, which the reader must not need.
"""
import base64, enum, io, json, pickle, sys, types, zipfile
from datetime import timedelta


def module(name):
    made = types.ModuleType(name)
    sys.modules[name] = made
    return made


class SchedulerType(str, enum.Enum):
    COSINE = "cosine"


class OptimizerNames(str, enum.Enum):
    ADAMW_8BIT = "adamw_8bit"


class DistributedState:
    pass


class UnslothSFTConfig:
    pass


class device:
    def __init__(self, *args):
        self.args = args

    def __reduce__(self):
        return (device, self.args)


module("transformers"), module("accelerate")
trainer_utils, state, config, torch = (
    module(n) for n in ("transformers.trainer_utils", "accelerate.state", "UnslothSFTTrainer", "torch")
)
for cls, home in (
    (SchedulerType, trainer_utils),
    (OptimizerNames, trainer_utils),
    (DistributedState, state),
    (UnslothSFTConfig, config),
    (device, torch),
):
    cls.__module__ = home.__name__
    cls.__qualname__ = cls.__name__
    setattr(home, cls.__name__, cls)

args = UnslothSFTConfig()
inner = DistributedState()
inner.device = device("cuda", 0)
args.__dict__.update(
    output_dir="outputs", learning_rate=2e-4, seed=3407, data_seed=None, per_device_train_batch_size=2,
    gradient_accumulation_steps=4, num_train_epochs=1.0, max_steps=60, warmup_steps=5, bf16=True, fp16=False,
    lr_scheduler_type=SchedulerType.COSINE, optim=OptimizerNames.ADAMW_8BIT, weight_decay=0.01,
    ddp_timeout_delta=timedelta(seconds=1800), distributed_state=inner, report_to=["none"], max_seq_length=2048,
)
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
    archive.writestr("training_args/data.pkl", pickle.dumps(args, protocol=2))
    archive.writestr("training_args/byteorder", "little")
    archive.writestr("training_args/version", "3\n")
print(json.dumps({"base64": base64.b64encode(buffer.getvalue()).decode()}))
