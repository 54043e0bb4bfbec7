"""Writes jargon.jsonl: entries of the Jargon File that the reference study held out, as prompts and completions.

    apt-get install jargon-text
    python make_jargon.py > jargon.jsonl

The Jargon File 4.4.7 is in the public domain, as its authors declare. A prompt is the headword with its grammar, and the
completion the beginning of the definition, up to the end of a sentence. Both together fit into the 128 positions of the study's
model.
"""

import gzip
import json
import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "reference-study"))
import texts  # noqa: E402

ITEMS = 48
MAX_CHARACTERS = 220
"""The model's tokens have 2.3 characters on average in this text, and no item has more than 128 of them."""


def main() -> None:
    entries = texts.jargon_entries(gzip.decompress(texts.JARGON.read_bytes()).decode())
    held_out = entries[texts.HELD_OUT - 1 :: texts.HELD_OUT]
    items = [item for item in map(item_of, held_out) if item is not None]
    step = len(items) / ITEMS
    for index in range(ITEMS):
        print(json.dumps(items[int(index * step)], ensure_ascii=False))


def item_of(entry: str) -> dict[str, str] | None:
    """Returns the item of an entry; None if its first sentence is too long or missing."""
    head, _, body = entry.partition("\n")
    if not re.fullmatch(r":.+?:.*\S", head) or len(head) > 60:
        return None
    sentences = re.findall(r".+?[.!?](?=\s|$)", " ".join(body.split()))
    completion = ""
    for sentence in sentences:
        if len(head) + len(completion) + len(sentence) > MAX_CHARACTERS:
            break
        completion += sentence
    if len(completion) < 60:
        return None
    return {"prompt": f"{head}\n", "completion": completion}


if __name__ == "__main__":
    main()
