"""Writes tests/fixtures/formats/{mlflow,wandb,optuna,trackio}/: two tiny runs as each experiment tracker stores them.

Needs mlflow, wandb (offline), optuna and trackio; the tests do not need Python.
Run: python3 scripts/reference/tracking_stores.py tests/fixtures/formats
"""

import os
import re
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

from made_by import record

root = Path(sys.argv[1]).resolve()
os.chdir(tempfile.mkdtemp())

CONFIG = {"learning_rate": 2e-4, "seed": 1, "load_in_4bit": True, "lora": {"r": 8, "alpha": 16}}


def fresh(name: str) -> Path:
    shutil.rmtree(root / name, ignore_errors=True)
    (root / name).mkdir(parents=True)
    return root / name


def mlflow() -> None:
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    import mlflow

    out = fresh("mlflow")
    for uri in [f"file:{os.getcwd()}/mlruns", f"sqlite:///{os.getcwd()}/mlflow.db"]:
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("lora")
        for seed in [1, 2]:
            with mlflow.start_run(run_name=f"4bit_r8_s{seed}"):
                mlflow.log_params({"learning_rate": 2e-4, "seed": seed, "load_in_4bit": True})
                mlflow.set_tag("output_dir", f"runs/4bit_r8_s{seed}")
                for step in [10, 20, 30]:
                    mlflow.log_metric("train/loss", 3 - step / 20 + seed / 8, step=step)
                mlflow.log_metric("eval_loss", float("nan"), step=30)
                mlflow.log_metric("final", 1.5)
                if seed == 1:
                    with mlflow.start_run(run_name="child", nested=True):
                        mlflow.log_param("seed", 11)
    # Artifacts, models and traces are not read.
    shutil.copytree("mlruns", out / "mlruns", ignore=shutil.ignore_patterns("artifacts", "models", "traces", ".trash"))
    shutil.copyfile("mlflow.db", out / "mlflow.db")
    forget_machine(out)
    shrink(out / "mlflow.db", {"experiments", "runs", "metrics", "params", "tags", "alembic_version"})
    record(out, "mlflow")


def forget_machine(out: Path) -> None:
    """Removes the paths and the user's name of the machine that made the fixture of MLflow."""
    for file in [*out.rglob("mlflow.source.*"), *out.rglob("mlflow.user")]:
        file.unlink()
    for file in out.rglob("meta.yaml"):
        text = re.sub(r"file:///.*?/mlruns", "file:///study/mlruns", file.read_text())
        file.write_text(re.sub(r"user_id: .*", "user_id: somebody", text))
    with sqlite3.connect(out / "mlflow.db") as database:
        database.execute("DELETE FROM tags WHERE key LIKE 'mlflow.source.%' OR key = 'mlflow.user'")
        database.execute("UPDATE runs SET user_id = 'somebody', source_name = '', artifact_uri = 'file:///study'")
        database.execute("UPDATE experiments SET artifact_location = 'file:///study'")


def shrink(file: Path, kept: set[str] | None = None) -> None:
    """Drops tables that are not read, if `kept` names those that are, and takes small pages, so that the fixture stays small."""
    database = sqlite3.connect(file)
    database.execute("PRAGMA foreign_keys = OFF")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if kept is not None and name not in kept and not name.startswith("sqlite_"):
            database.execute(f'DROP TABLE "{name}"')
    database.commit()
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA page_size = 512")
    database.execute("VACUUM")
    database.close()


def wandb() -> None:
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DISABLE_GIT="true", WANDB_DISABLE_CODE="true")
    import wandb

    out = fresh("wandb")
    settings = wandb.Settings(x_disable_meta=True, x_disable_stats=True, console="off", x_disable_machine_info=True)
    run = wandb.init(project="lora", name="4bit_r8_s1", id="abcd1234", dir=".", config=CONFIG, settings=settings)
    for step in [10, 20, 30]:
        run.log({"train/loss": 3 - step / 20, "train/global_step": step, "sample": {"nested": step}}, step=step)
    run.log({"eval/loss": float("nan")}, step=30)
    run.summary["train_loss"] = 1.75
    run.finish()
    # The file is complete once the process that writes it has ended.
    wandb.teardown()
    [folder] = Path("wandb").glob("offline-run-*")
    shutil.copyfile(folder / "run-abcd1234.wandb", out / "run-abcd1234.wandb")
    record(out, "wandb")


def optuna() -> None:
    import optuna

    out = fresh("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(study_name="lora", storage=f"sqlite:///{out}/optuna.db", direction="minimize")
    study.enqueue_trial({"learning_rate": 2e-4, "rank": 8, "optimizer": "adamw"})
    study.enqueue_trial({"learning_rate": 1e-4, "rank": 4, "optimizer": "sgd"})

    def objective(trial: "optuna.Trial") -> float:
        rate = trial.suggest_float("learning_rate", 1e-5, 1e-2, log=True)
        rank = trial.suggest_int("rank", 2, 16)
        trial.suggest_categorical("optimizer", ["adamw", "sgd"])
        trial.set_user_attr("output_dir", f"runs/trial-{trial.number}")
        for step in [10, 20]:
            trial.report(3 - step / 20 + rank / 8, step)
        return rate * 1000 + rank / 8

    study.optimize(objective, n_trials=2)
    # A trial that still runs has no value.
    study.ask()
    shrink(out / "optuna.db")
    record(out, "optuna")


def trackio() -> None:
    out = fresh("trackio")
    os.environ["TRACKIO_DIR"] = str(out)
    from trackio.sqlite_storage import SQLiteStorage

    def log(step: int) -> None:
        metrics = [{"train/loss": 3 - step / 20, "train/grad_norm": float("nan")}]
        config = {**CONFIG, "_Username": "somebody"}
        SQLiteStorage.bulk_log("lora", "4bit_r8_s1", metrics, steps=[step], config=config)

    log(10)
    [file] = out.rglob("*.db")
    shrink(file)
    # As while a program runs: the second step is in the write-ahead log only.
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("SELECT count(*) FROM metrics").fetchall()
    log(20)
    kept = {name: (out / name).read_bytes() for name in [file.name, f"{file.name}-wal"]}
    connection.close()
    for extra in out.iterdir():
        shutil.rmtree(extra) if extra.is_dir() else extra.unlink()
    for name, data in kept.items():
        (out / name).write_bytes(data)
    record(out, "trackio")


for make in [mlflow, wandb, optuna, trackio] if len(sys.argv) < 3 else [globals()[sys.argv[2]]]:
    make()
