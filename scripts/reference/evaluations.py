"""Writes tests/fixtures/formats/lm-eval/: results of lm-evaluation-harness for two tiny tasks, a group of them, and a model that
answers at random.

Needs lm-eval and torch; the tests do not need Python.
Run: python3 scripts/reference/evaluations.py tests/fixtures/formats
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from made_by import record

out = Path(sys.argv[1]).resolve() / "lm-eval"
shutil.rmtree(out, ignore_errors=True)
work = Path(tempfile.mkdtemp())
items = [{"question": f"{n} + {n} =", "choices": [str(2 * n), str(n)], "answer": 0} for n in range(8)]
(work / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
for name in ["doubling", "adding"]:
    (work / f"{name}.yaml").write_text(
        f"""
task: {name}
dataset_path: json
dataset_kwargs: {{ data_files: {{ test: {work}/items.jsonl }} }}
test_split: test
output_type: multiple_choice
doc_to_text: question
doc_to_choice: choices
doc_to_target: answer
metric_list:
  - {{ metric: acc, aggregation: mean, higher_is_better: true }}
  - {{ metric: acc_norm, aggregation: mean, higher_is_better: true }}
metadata: {{ version: 1.5 }}
"""
    )
(work / "sums.yaml").write_text(
    """
group: sums
task: [doubling, adding]
aggregate_metric_list:
  - { metric: acc, aggregation: mean, weight_by_size: true }
metadata: { version: 2.0 }
"""
)
arguments = "pretrained=org/tiny,peft=runs/4bit_r8_s1/checkpoint-900,load_in_4bit=True"
subprocess.run(
    [sys.executable, "-m", "lm_eval", "run", "--model", "dummy", "--model_args", arguments, "--tasks", "sums"]
    + ["--include_path", str(work), "--output_path", str(work / "out"), "--num_fewshot", "2", "--seed", "3"],
    check=True,
    env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(work / "cache")},
)
for file in (work / "out").rglob("*.json*"):
    text = file.read_text().replace(str(work), "/study/tasks")
    if file.name.startswith("results_"):
        results = json.loads(text)
        # The description of the machine is long, and differs on each.
        results["pretty_env_info"] = "removed"
        text = json.dumps(results, indent=1) + "\n"
    target = out / file.relative_to(work / "out")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
record(out, "lm-eval")
