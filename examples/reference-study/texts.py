"""Extracts the two texts of the reference study, for pretraining and fine-tuning, from Debian packages.

    apt-get install bible-kjv bible-kjv-text jargon-text
    python texts.py TEXTS_FOLDER

The second command writes kjv.txt, jargon-train.txt, jargon-eval.txt and sources.json. Both texts are in the public
domain; they are not part of this repository.
"""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

JARGON = Path("/usr/share/doc/jargon-text/jargon.txt.gz")
"""Path at which the package jargon-text installs the Jargon File."""

HELD_OUT = 10
"""Every tenth entry of the Jargon File is held out for evaluation."""

SOURCES = {
    "pretraining": {
        "text": "The Bible, King James Version (1611)",
        "debian_package": "bible-kjv-text",
        "licence": "public domain: copyright expired",
        "files": ["kjv.txt"],
    },
    "fine_tuning": {
        "text": "The Jargon File 4.4.7 (29 December 2003): the lexicon, without front matter and appendices",
        "debian_package": "jargon-text",
        "licence": "public domain, as its authors declare",
        "files": ["jargon-train.txt", "jargon-eval.txt"],
        "held_out": f"every {HELD_OUT}th entry",
    },
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    entries = jargon_entries(gzip.decompress(JARGON.read_bytes()).decode())
    held_out = entries[HELD_OUT - 1 :: HELD_OUT]
    kept = [entry for index, entry in enumerate(entries) if index % HELD_OUT != HELD_OUT - 1]
    write(folder / "kjv.txt", kjv_verses())
    write(folder / "jargon-train.txt", kept)
    write(folder / "jargon-eval.txt", held_out)
    for source in SOURCES.values():
        source["version"] = debian_version(source["debian_package"])
        source["sha256"] = {name: sha256(folder / name) for name in source["files"]}
    (folder / "sources.json").write_text(json.dumps(SOURCES, indent=2) + "\n")


def kjv_verses() -> list[str]:
    """Returns one verse per line, such as `1:1 In the beginning ...`, without the abbreviation of the book."""
    printed = subprocess.run(["bible", "-f", "ge1:1-re22:21"], capture_output=True, text=True, check=True).stdout
    return [re.sub(r"^\w*?(\d+:\d+ )", r"\1", line) for line in printed.splitlines()]


def jargon_entries(text: str) -> list[str]:
    """Returns the entries of the lexicon, from `:(TM):` to the appendices. Each paragraph is one line."""
    lines = text.splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("   :(TM):"))
    end = next(index for index, line in enumerate(lines) if line.split() == ["Part", "III.", "Appendices"])
    entries: list[list[str]] = []
    for line in lines[first:end]:
        if re.match(r"   :.+?:", line):
            entries.append([])
        entries[-1].append(line)
    return [unwrapped(entry) for entry in entries]


def unwrapped(lines: list[str]) -> str:
    """Joins each paragraph to one line. Leaves out tables and figures, which contain box-drawing characters."""
    paragraphs = "\n".join(lines).split("\n\n")
    joined = [" ".join(paragraph.split()) for paragraph in paragraphs if not re.search("[─-╿]", paragraph)]
    return "\n".join(paragraph for paragraph in joined if paragraph)


def write(file: Path, parts: list[str]) -> None:
    file.write_text("\n".join(parts) + "\n")


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def debian_version(package: str) -> str:
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
