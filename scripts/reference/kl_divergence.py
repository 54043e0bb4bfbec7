"""Writes tests/fixtures/formats/llama-cpp/kld-4bit_r8_s1.txt: the text that llama.cpp's `perplexity --kl-divergence` prints, for two
made-up models. The statistics are computed here as in tools/perplexity/perplexity.cpp, and printed in its format.

llama.cpp has no package that runs here without a model. The format is that of its source at commit 050fc7f32de1.
Needs NumPy; the tests do not need Python.
Run: python3 scripts/reference/kl_divergence.py tests/fixtures/formats
"""

import json
import sys
from pathlib import Path

import numpy as np

out = Path(sys.argv[1]).resolve() / "llama-cpp"
out.mkdir(parents=True, exist_ok=True)
tokens, vocabulary = 400, 50
random = np.random.default_rng(11)
base = random.normal(size=(tokens, vocabulary)) * 2
quantized = base + random.normal(size=base.shape) * 0.1
targets = random.integers(vocabulary, size=tokens)


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def mean_and_error(values):
    mean = values.mean()
    return mean, np.sqrt(((values**2).mean() - mean**2) / (len(values) - 1))


log_p, log_q = log_softmax(base), log_softmax(quantized)
rows = np.arange(tokens)
nll_base, nll = -log_p[rows, targets], -log_q[rows, targets]
kld = (np.exp(log_p) * (log_p - log_q)).sum(axis=1)
p_diff = np.exp(log_q[rows, targets]) - np.exp(log_p[rows, targets])
same_top = (log_p.argmax(axis=1) == log_q.argmax(axis=1)).mean()
(log_ppl, log_ppl_error), (log_base, log_base_error) = mean_and_error(nll), mean_and_error(nll_base)
covariance = ((nll * nll_base).mean() - nll.mean() * nll_base.mean()) / (tokens - 1)
ratio = log_ppl - log_base
ratio_error = np.sqrt(log_ppl_error**2 + log_base_error**2 - 2 * covariance)
ppl, ppl_base = np.exp(log_ppl), np.exp(log_base)
ppl_error, ppl_base_error = ppl * log_ppl_error, ppl_base * log_base_error
difference_error = np.sqrt(ppl_error**2 + ppl_base_error**2 - 2 * ppl * ppl_base * covariance)


def at(values, share):
    return np.quantile(values, share)


lines = [
    "llama_model_loader: loaded meta data with 26 key-value pairs and 291 tensors from models/tiny-Q4_K_M.gguf (version GGUF V3 (latest))",
    "llama_adapter_lora_init_impl: loading lora adapter from 'runs/4bit_r8_s1/adapter.gguf' ...",
    "",
    "====== Perplexity statistics ======",
    f"Mean PPL(Q)                   : {ppl:10.6f} ± {ppl_error:10.6f}",
    f"Mean PPL(base)                : {ppl_base:10.6f} ± {ppl_base_error:10.6f}",
    f"Cor(ln(PPL(Q)), ln(PPL(base))): {100 * covariance / (log_ppl_error * log_base_error):6.2f}%",
    f"Mean ln(PPL(Q)/PPL(base))     : {ratio:10.6f} ± {ratio_error:10.6f}",
    f"Mean PPL(Q)/PPL(base)         : {np.exp(ratio):10.6f} ± {np.exp(ratio) * ratio_error:10.6f}",
    f"Mean PPL(Q)-PPL(base)         : {ppl - ppl_base:10.6f} ± {difference_error:10.6f}",
    "",
    "====== KL divergence statistics ======",
    f"Mean    KLD: {kld.mean():10.6f} ± {mean_and_error(kld)[1]:10.6f}",
    f"Maximum KLD: {kld.max():10.6f}",
]
for share in [0.999, 0.99, 0.95, 0.9]:
    lines.append(f"{100 * share:4.1f}%   KLD: {at(kld, share):10.6f}")
lines.append(f"Median  KLD: {np.median(kld):10.6f}")
for share in [0.1, 0.05, 0.01, 0.001]:
    lines.append(f"{100 * share:4.1f}%   KLD: {at(kld, share):10.6f}")
lines += [f"Minimum KLD: {kld.min():10.6f}", "", "====== Token probability statistics ======"]
mean, error = mean_and_error(p_diff)
lines += [f"Mean    Δp: {100 * mean:6.3f} ± {100 * error:5.3f} %", f"Maximum Δp: {100 * p_diff.max():6.3f}%"]
for share in [0.999, 0.99, 0.95, 0.9, 0.75]:
    lines.append(f"{100 * share:4.1f}%   Δp: {100 * at(p_diff, share):6.3f}%")
lines.append(f"Median  Δp: {100 * np.median(p_diff):6.3f}%")
for share in [0.25, 0.1, 0.05, 0.01, 0.001]:
    lines.append(f"{100 * share:4.1f}%   Δp: {100 * at(p_diff, share):6.3f}%")
lines.append(f"Minimum Δp: {100 * p_diff.min():6.3f}%")
square, square_error = mean_and_error(p_diff**2)
rms = np.sqrt(square)
lines += [
    f"RMS Δp    : {100 * rms:6.3f} ± {100 * 0.5 / rms * square_error:5.3f} %",
    f"Same top p: {100 * same_top:6.3f} ± {100 * np.sqrt(same_top * (1 - same_top) / (tokens - 1)):5.3f} %",
]
(out / "kld-4bit_r8_s1.txt").write_text("\n".join(lines) + "\n")
(out / "made-by.json").write_text(json.dumps({"the format of llama.cpp": "050fc7f32de1"}, indent=2) + "\n")
