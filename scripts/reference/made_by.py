"""Records which tool wrote a fixture: writes made-by.json beside the fixture's files."""

import json
from importlib.metadata import version
from pathlib import Path


def record(folder: Path, *packages: str) -> None:
    tools = {package: version(package).split("+")[0] for package in packages}
    (folder / "made-by.json").write_text(json.dumps(tools, indent=2) + "\n")
