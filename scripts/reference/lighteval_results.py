"""Writes tests/fixtures/formats/lighteval/: a results file of lighteval's own EvaluationTracker, for values of two made-up tasks.

Needs lighteval; the tests do not need Python.
Run: python3 scripts/reference/lighteval_results.py tests/fixtures/formats
"""

import shutil
import sys
import tempfile
from pathlib import Path

from lighteval.logging.evaluation_tracker import EvaluationTracker
from lighteval.metrics.metrics import Metrics
from lighteval.models.dummy.dummy_model import DummyModelConfig
from lighteval.tasks.lighteval_task import LightevalTask, LightevalTaskConfig

from made_by import record

out = Path(sys.argv[1]).resolve() / "lighteval"
shutil.rmtree(out, ignore_errors=True)
work = tempfile.mkdtemp()
tracker = EvaluationTracker(output_dir=work, save_details=False)
tracker.general_config_logger.log_args_info(num_fewshot_seeds=1, max_samples=None, job_id="0")
tracker.general_config_logger.log_model_info(DummyModelConfig(model_name="runs/4bit_r8_s1", seed=1))
tasks = {}
for name, shots, values in [("arc:challenge", 25, [1, 0, 1, 1, 0, 1, 0, 1]), ("arc:easy", 25, [1, 1, 0, 1]), ("gsm8k", 5, [0, 0, 1, 0])]:
    config = LightevalTaskConfig(
        name=name,
        prompt_function=lambda line, task_name=None: None,
        hf_repo="made/up",
        hf_subset="default",
        metrics=[Metrics.exact_match],
        evaluation_splits=["test"],
        num_fewshots=shots,
    )
    task = LightevalTask(config)
    tasks[f"{name}|{shots}"] = task
    tracker.versions_logger.log(f"{name}|{shots}", 0)
    for value in values:
        tracker.metrics_logger.log(f"{name}|{shots}", {"em": value})
tracker.task_config_logger.log(tasks)
tracker.metrics_logger.aggregate(tasks, bootstrap_iters=100)
tracker.general_config_logger.log_end_time()
tracker.save()
(file,) = Path(work).rglob("results_*.json")
out.mkdir(parents=True)
(out / "results_2026-11-27T07-12-00.000000.json").write_text(file.read_text().replace(work, "/out"))
record(out, "lighteval")
