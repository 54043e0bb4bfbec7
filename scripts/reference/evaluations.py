"""Writes tests/fixtures/formats/lm-eval/ and tests/fixtures/formats/lm-eval-samples/: results of lm-evaluation-harness for tiny
tasks, a group of them, and a model that answers at random. The samples are those of two runs: a baseline and a candidate.

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

formats = Path(sys.argv[1]).resolve()
work = Path(tempfile.mkdtemp())
items = [{"question": f"{n} + {n} =", "choices": [str(2 * n), str(n)], "answer": 0} for n in range(8)]
many = [{"question": f"Is {n} even?", "choices": ["yes", "no"], "answer": n % 2} for n in range(40)]
for name, rows in [("items", items), ("many", many)]:
    (work / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_choice_task(name: str, data: str) -> None:
    (work / f"{name}.yaml").write_text(
        f"""
task: {name}
dataset_path: json
dataset_kwargs: {{ data_files: {{ test: {work}/{data}.jsonl }} }}
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


write_choice_task("doubling", "items")
write_choice_task("adding", "items")
write_choice_task("parity", "many")
(work / "sums.yaml").write_text(
    """
group: sums
task: [doubling, adding]
aggregate_metric_list:
  - { metric: acc, aggregation: mean, weight_by_size: true }
metadata: { version: 2.0 }
"""
)
(work / "words.yaml").write_text(
    f"""
task: words
dataset_path: json
dataset_kwargs: {{ data_files: {{ test: {work}/items.jsonl }} }}
test_split: test
output_type: generate_until
doc_to_text: question
doc_to_target: "{{{{choices[0]}}}}"
generation_kwargs: {{ until: ["\n"] }}
filter_list:
  - name: strict-match
    filter: [{{ function: regex, regex_pattern: "([0-9]+)" }}, {{ function: take_first }}]
  - name: flexible-extract
    filter: [{{ function: take_first }}]
metric_list:
  - {{ metric: exact_match, aggregation: mean, higher_is_better: true }}
metadata: {{ version: 1.0 }}
"""
)


def evaluate(out: Path, tasks: str, arguments: str, seed: int, *options: str) -> None:
    target = work / out.name / str(seed)
    subprocess.run(
        [sys.executable, "-m", "lm_eval", "run", "--model", "dummy", "--model_args", arguments, "--tasks", tasks]
        + ["--include_path", str(work), "--output_path", str(target), "--seed", str(seed), *options],
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(work / "cache")},
    )
    for file in target.rglob("*.json*"):
        text = file.read_text().replace(str(work), "/study/tasks")
        if file.name.startswith("results_"):
            results = json.loads(text)
            # The description of the machine is long, and differs on each.
            results["pretty_env_info"] = "removed"
            text = json.dumps(results, indent=1) + "\n"
        copy = out / file.relative_to(target)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)


for name in ["lm-eval", "lm-eval-samples"]:
    shutil.rmtree(formats / name, ignore_errors=True)
adapter = "pretrained=org/tiny,peft=runs/4bit_r8_s1/checkpoint-900,load_in_4bit=True"
evaluate(formats / "lm-eval", "sums", adapter, 3, "--num_fewshot", "2")
for run, seed in [("16bit_r8_s1", 5), ("4bit_r8_s1", 6)]:
    model = f"pretrained=org/tiny,peft=runs/{run}"
    evaluate(formats / "lm-eval-samples", "parity,words", model, seed, "--log_samples")
for name in ["lm-eval", "lm-eval-samples"]:
    record(formats / name, "lm-eval")
