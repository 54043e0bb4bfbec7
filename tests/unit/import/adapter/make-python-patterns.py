"""Prints python-patterns.json: what Python's re answers for keys of rank_pattern and alpha_pattern.

PEFT's get_pattern_key matches a key as re.match(rf"(.*\\.)?({key})$", module). "error" stands for re.error.
Run: python3 make-python-patterns.py > python-patterns.json
"""

import json
import random
import re
import warnings

warnings.simplefilter("ignore")

MODULES = [
    "q_proj",
    "model.layers.0.self_attn.q_proj",
    "model.layers.1.self_attn.k_proj",
    "model.layers.12.mlp.down_proj",
    "transformer.h.0.attn.c_attn",
    "transformer.h.10.attn.c_attn",
    "h.1.c_attn",
    "transformer.h.1.my_attn.c_attn",
    "unet.down_blocks.0.attentions.1.to_q",
    "a",
    "b.a",
    "aaaa",
    "a]b",
    "x{1}",
    "A.Q_PROJ",
]

# Keys of PEFT's documentation, tests and of its own rank allocation (EVA, AdaLoRA), and every construct that they use.
KEYS = [
    "q_proj", "attn.c_attn", "self_attn.q_proj", "model.layers.0.self_attn.q_proj", "^model.layers.1.self_attn.k_proj",
    "model\\.layers\\.0\\.self_attn\\.q_proj", "^transformer\\.h\\.0\\.attn\\.c_attn", ".*\\.q_proj", ".*q_proj$",
    "layers\\.\\d+\\.self_attn\\.q_proj", "layers\\.[0-9]+\\..*", "layers\\.(0|1)\\..*", "layers.(?:0|12).*proj",
    "(q|k|v)_proj", "(q_proj|down_proj)", "h\\.1\\.c_attn", "h\\.\\d\\.attn\\.c_attn", "h\\.\\d{2}\\.attn\\.c_attn",
    "h\\.\\d{1,2}\\..*", "h\\.\\d{1,}\\..*", "[qk]_proj", "[^q]_proj", "\\w+_proj", "down_blocks.*to_[qkv]", "(?P<n>q)_proj",
    "(?i:q_proj)", "(?:q|k)_proj", "c_attn\\b", "\\bc_attn", "\\Bq_proj", "\\Ah\\.1\\.c_attn", "a{4}", "a{2}", "a{101}", "a{",
    "a{x", "x{1}", "x\\{1\\}", "[]a]+b", "a[]]b", "[a\\]]+b", "((a+)+)+", "(a*)*", "(a|a)*", "a|b", "|a", "a|", "", "a\\_b",
    "q\\_proj", "\\x61", "[\\w.]+", "[^.]+", "[a-c]", "[+--]", ".", "..", "^", "$", "^$", "(^a)", "(a$)", "a*?", "a+?", "a??",
    "a{1,3}?", "\\.", "\\d", "\\D", "\\s", "\\S*", "\\W", "\\t", "[\\d]", "[\\D]",
]
# Valid in Python, but missing in RE2 or read differently by it: the importer refuses them.
REFUSED = [
    "(?=q)q_proj", "(?!q)k_proj", "(?<=q)_proj", "(?<!q)_proj", "(q)\\1", "\\1", "a)|(b", "(?P<n>q)(?P=n)", "(q)?(?(1)_|k)", "(?>a+)b",
    "a++", "a*+", "a?+", "a{,3}", "a{,}", "[[:alpha:]]", "[:a]", "(?i)q_proj", "q_(?i)proj", "(?x:a b)", "(?a:a)",
    "(?#c)a", "\\Z", "a\\Z", "\\u0061", "\\N{LATIN SMALL LETTER A}", "a{1001}", "a{2000}",
]
# Refused by Python.
INVALID = ["(", ")", "*a", "a**", "^*", "a{3,1}", "\\", "[", "[z-a]", "(?P<n>a", "+", "?", "(?z)"]


def matches(key, module):
    try:
        return re.match(rf"(.*\.)?({key})$", module) is not None
    except re.error:
        return "error"


def random_keys(count):
    generator = random.Random(7)
    pieces = ["a", "b", ".", "\\.", "\\d", "\\w", "[ab]", "[^a.]", "(a|b)", "(?:ab)", "^", "$", "1", "_", "|", "h", "attn"]
    signs = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "*?"]
    for _ in range(count):
        yield "".join(generator.choice(pieces) + generator.choice(signs) for _ in range(generator.randint(1, 6)))


def random_modules(count):
    generator = random.Random(11)
    for _ in range(count):
        yield "".join(generator.choice("ab.1_h") for _ in range(generator.randint(0, 8)))


modules = MODULES + sorted(set(random_modules(25)))
keys = KEYS + INVALID + sorted(set(random_keys(300)))
answers = [{"key": key, "matches": [matches(key, module) for module in modules]} for key in keys]
for answer in answers:
    if "error" in answer["matches"]:
        answer["matches"] = "error"
    else:
        answer["matches"] = "".join("1" if hit else "0" for hit in answer["matches"])
print("{\n\"modules\": " + json.dumps(modules) + ",\n\"refused\": " + json.dumps(REFUSED) + ",\n\"keys\": [\n" + ",\n".join(json.dumps(a) for a in answers) + "\n]\n}")
