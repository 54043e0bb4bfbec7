"""Writes tests/fixtures/tokenizers/: small tokenizers of five kinds, trained here, and what transformers makes of difficult texts and
conversations with them.

Needs transformers and tokenizers; the tests do not need Python.
Run: python3 scripts/reference/tokenizers.py tests/fixtures/tokenizers
"""

import hashlib
import json
import random
import sys
from array import array
from pathlib import Path

# This file has the name of a package that it imports.
sys.path = [*sys.path[1:], sys.path[0]]

from made_by import record
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

CORPUS = [
    "The quick brown fox jumps over the lazy dog, and the dog sleeps on.",
    "Low-rank adaptation freezes the weights and trains two small matrices; their product is the update.",
    "Quantization rounds weights to 4 bits: 16 levels, 64 weights a block, one scale each.",
    "Größe, Straße, naïve café, señor, façade, Ångström. Привет, мир! 你好，世界。こんにちは世界 안녕하세요",
    "def f(x):\n    return x ** 2  # 3.14159, 1e-5, 2024-11-27\n\n\tprint(f(12345))\n",
    "I'm sure they'll say it's what we've said; don't you'd think so? WHO'LL KNOW",
    "😀 🎉 👩‍👩‍👧‍👦 🇩🇪 ✓ → ∑ ½ ﬁ",
] * 4
TEXTS = [
    "",
    " ",
    "   leading, and trailing   ",
    "\n\n\t \r\n mixed\u00a0white\u2003space\u200b \u3000end",
    "The quick brown fox.",
    "I'm they'll WE'VE 'tis o'clock don’t",
    "Zürich, ÅNGSTRÖM, e\u0301 against é, ﬁ, ½, Ⅷ, ﷺ",
    "İstanbul ıŞ ẞ ß ſ Σας ΣΑΣ",
    "你好，世界。 日本語のテキスト 한국어 ไทย हिन्दी العربية עברית",
    "😀😀 👩‍👩‍👧‍👦 🇩🇪 👍🏽 \U0001f9ff \U00020000",
    "0123456789 1,234,567.89 3.14e-10 ٣٤٥ ½²",
    "def f(x):\n\treturn x**2 # {}[]()<>|\\/@$%^&~`\n",
    "a" * 200,
    "word" + " " * 33 + "word",
    "null\x00byte \x07 bell \x7f \ufeff mark \ufffd",
    "<s> </s> <unk> [CLS] [MASK] <|endoftext|><|im_start|>user\nhi<|im_end|>",
    "it costs $5 -- is n't that , well , fine ? do n't .",
    "▁meta▁space ▁ <0x0A> ##ing Ġbyte",
    "supercalifragilisticexpialidocious" * 8,
    "\u0301\u0301 \u200d\u200d \u202eright-to-left\u202c",
]
LONG = {"unit": "The quick brown fox — 你好 😀 jumps 12345 times.\n", "times": 300}
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def train(tokenizer: Tokenizer, trainer: trainers.Trainer) -> Tokenizer:
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def byte_level(size: int, specials: list[str], **bytelevel) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, **bytelevel)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return train(tokenizer, trainers.BpeTrainer(vocab_size=size, special_tokens=specials, initial_alphabet=alphabet, show_progress=False))


def gpt2() -> tuple[Tokenizer, dict]:
    return byte_level(320, ["<|endoftext|>"]), {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "add_prefix_space": False}


def qwen() -> tuple[Tokenizer, dict]:
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, trainers.BpeTrainer(vocab_size=320, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
    return tokenizer, {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "chat_template": CHATML}


def llama() -> tuple[Tokenizer, dict]:
    """SentencePiece's BPE with byte fallback, as Llama 2 and Mistral have it: spaces are replaced by the normalizer."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    specials = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    corpus = [word for line in CORPUS for word in line.split()]
    alphabet = trainers.BpeTrainer(vocab_size=420, limit_alphabet=60, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(corpus, alphabet)
    content = json.loads(tokenizer.to_str())
    # The trainer marks every special token as an added one. In Llama's files the bytes are plain tokens.
    content["added_tokens"] = content["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "chat_template": MISTRAL}


def wordpiece() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    train(tokenizer, trainers.WordPieceTrainer(vocab_size=260, special_tokens=specials, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer, {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]", "clean_up_tokenization_spaces": True}


def unigram() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    specials = ["<pad>", "</s>", "<unk>"]
    train(tokenizer, trainers.UnigramTrainer(vocab_size=240, special_tokens=specials, unk_token="<unk>", show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer, {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


CHATML = """{%- if tools %}{{ raise_exception('no tools') }}{% endif %}
{%- if messages[0].role != 'system' %}
    {{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}"""
MISTRAL = """{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] | trim %}{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}{{ bos_token }}
{%- set state = namespace(turns=0) %}
{%- for message in rest %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}
{%- if message['role'] == 'user' %}{% set state.turns = state.turns + 1 %}{{ '[INST] ' }}{% if loop.first and system is defined %}{{ system + '\\n\\n' }}{% endif %}{{ message.content | trim + ' [/INST]' }}
{%- else %}{{ ' ' ~ message.content.strip() ~ eos_token }}{% endif %}
{%- endfor %}"""
USER = {"role": "user", "content": "Wer bist du?\n"}
ANSWER = {"role": "assistant", "content": "  A model, 你好 😀 {{ braces }}. "}
CONVERSATIONS = [
    [USER],
    [USER, ANSWER],
    [{"role": "system", "content": " Be brief. "}, USER, ANSWER, {"role": "user", "content": ""}, {"role": "assistant", "content": "x"}],
    [USER, USER],
]


def encoded(tokenizer: PreTrainedTokenizerFast, text: str) -> dict:
    ids = tokenizer(text)["input_ids"]
    return {"text": text, "ids": ids, "plain": tokenizer(text, add_special_tokens=False)["input_ids"], "decoded": tokenizer.decode(ids)}


def decoded(tokenizer: PreTrainedTokenizerFast) -> list[dict]:
    """Token sequences that no text has: incomplete characters, special tokens in between, and an id beyond the vocabulary."""
    draw = random.Random(0)
    size = len(tokenizer)
    sequences = [[draw.randrange(size) for _ in range(12)] for _ in range(25)] + [[], [size + 7, 5, size + 7]]
    return [{"ids": ids, "text": tokenizer.decode(ids)} for ids in sequences]


def rendered(tokenizer: PreTrainedTokenizerFast, messages: list[dict], prompt: bool) -> dict:
    case = {"messages": messages, "addGenerationPrompt": prompt}
    try:
        return case | {"text": tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)}
    except Exception as error:
        return case | {"error": str(error)}


def write(folder: Path, tokenizer: Tokenizer, config: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"} | config, indent=1) + "\n")
    loaded = AutoTokenizer.from_pretrained(folder)
    texts = [encoded(loaded, text) for text in TEXTS]
    ids = loaded(LONG["unit"] * LONG["times"])["input_ids"]
    long = LONG | {"count": len(ids), "sha256": hashlib.sha256(array("i", ids).tobytes()).hexdigest()}
    chats = [rendered(loaded, messages, prompt) for messages in CONVERSATIONS for prompt in (False, True)] if loaded.chat_template else []
    (folder / "expected.json").write_text(json.dumps({"texts": texts, "long": long, "decoded": decoded(loaded), "chats": chats}, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for make in (gpt2, llama, qwen, wordpiece, unigram):
        write(target / make.__name__, *make())
    record(target, "tokenizers", "transformers")
