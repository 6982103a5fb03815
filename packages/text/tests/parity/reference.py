"""Encodings and rendered templates of Python's tokenizers and transformers, for the parity test.

Reads {"checkpoint": folder, "count": strings, "templates": {name: text}} from standard input, and writes to standard
output {"tokenizers": {name: {"file": tokenizer.json, "cases": [[text, ids, decoded]]}}, "templates": {name: [rendered]}}.
The tokenizers besides the checkpoint's are trained here, on a few sentences, with the parts that families really use.
"""
import json
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders as D, models, normalizers as N, pre_tokenizers as P, processors as R, trainers
from transformers.utils.chat_template_utils import _compile_jinja_template

GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = GPT4.replace("{1,3}", "")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
CORPUS = [
    "The quick brown fox jumps over the lazy dog. It's what they don't say that matters; we'll see, won't we?",
    "def main(argv):\n    for index, value in enumerate(argv):\n        print(index, value)\n    return 0\n",
    "héllo wörld naïve café", "你好世界 我们 中文 测试", "مرحبا بالعالم", "Привет мир как дела", "こんにちは世界", "안녕하세요 세계",
    "😀 👨‍👩‍👧‍👦 🇫🇷 ½ ² 123 4567 890", '{"name": "value", "list": [1, 2, 3], "flag": true}',
] * 30
SPECIAL = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]


def byte_level(pre, normalizer=None, post=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre, D.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    special = [AddedToken(text, special=True, normalized=False) for text in SPECIAL]
    trainer = trainers.BpeTrainer(vocab_size=1500, special_tokens=special, initial_alphabet=P.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    if post:
        tokenizer.post_processor = post(tokenizer)
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False), AddedToken("<mask>", lstrip=True, rstrip=True), AddedToken("wörld", single_word=True)])
    return tokenizer


def sentencepiece(normalizer, pre, decoder, begin=False):
    """A byte-fallback BPE as it is converted from SentencePiece: trained on marked words, then given the real parts."""
    trained = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    trained.pre_tokenizer = P.Metaspace()
    special = ["<unk>", "<s>", "</s>"]
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    trained.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=1000, special_tokens=special + fallback, limit_alphabet=120, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoder
    if begin:
        tokenizer.post_processor = R.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    file = json.loads(tokenizer.to_str())
    file["model"].update(vocab=model["vocab"], merges=model["merges"])
    file["added_tokens"] = [
        dict(id=id, content=text, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True) for id, text in enumerate(special)
    ]
    return Tokenizer.from_str(json.dumps(file))


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = N.Sequence([N.NFKC(), N.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer, tokenizer.decoder = P.Metaspace(), D.Metaspace()
    tokenizer.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=400, special_tokens=["<unk>", "<s>"], unk_token="<unk>", show_progress=False))
    return tokenizer


def split_then_bytes(*patterns):
    return P.Sequence([*(P.Split(Regex(pattern), "isolated") for pattern in patterns), P.ByteLevel(add_prefix_space=False, use_regex=False)])


def begins(tokenizer):
    id = tokenizer.token_to_id("<|endoftext|>")
    template = R.TemplateProcessing(single="<|endoftext|> $A", pair="<|endoftext|> $A $B", special_tokens=[("<|endoftext|>", id)])
    return R.Sequence([R.ByteLevel(trim_offsets=False), template])


def spaced(*more):
    return D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), *more])


FAMILIES = {
    "gpt2": lambda: byte_level(P.ByteLevel(add_prefix_space=True)),
    "smollm": lambda: byte_level(P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)])),
    "qwen": lambda: byte_level(split_then_bytes(QWEN), N.NFC()),
    "llama3": lambda: byte_level(split_then_bytes(GPT4), post=begins, ignore_merges=True),
    "gpt-oss": lambda: byte_level(P.Sequence([P.Split(Regex(O200K), "removed", invert=True), P.ByteLevel(add_prefix_space=False, use_regex=False)])),
    "deepseek": lambda: byte_level(split_then_bytes(r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+", DEEPSEEK)),
    "falcon": lambda: byte_level(P.Sequence([P.Punctuation("contiguous"), P.ByteLevel(add_prefix_space=False), P.Digits(), P.Split(Regex("[0-9][0-9][0-9]"), "isolated")])),
    "punctuation": lambda: byte_level(P.Sequence([P.Punctuation("isolated"), P.Digits(), P.ByteLevel(add_prefix_space=False)])),
    "llama2": lambda: sentencepiece(N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]), None, spaced(D.Strip(" ", 1, 0)), begin=True),
    "gemma": lambda: sentencepiece(N.Replace(" ", "▁"), P.Split(" ", "merged_with_previous"), spaced(), begin=True),
    "mistral": lambda: sentencepiece(None, P.Metaspace("▁", "first", False), spaced(D.Strip(" ", 1, 0))),
    "metaspace": lambda: sentencepiece(None, P.Metaspace("▁", "always"), D.Metaspace("▁", "always")),
    "merged-with-next": lambda: sentencepiece(None, P.Split(Regex(r"\s"), "merged_with_next"), D.Metaspace("▁", "never")),
    "unigram": unigram,
}

RANGES = [
    (32, 126), (0x80, 0x2FF), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1FAFF),
    (0x2000, 0x206F), (0x660, 0x669), (0x300, 0x36F), (0, 0x20), (0, 0x10FFFF),
]
WORDS = (
    "the of Hello world's don't we'll 123 4567 café naïve 你好 世界 مرحبا ١٢٣ ½ ² Ⅷ \u0085 \ufeff \u200b \u00a0 \u3000  \t \n \r\n  \n\n x+1 👨‍👩‍👧‍👦 🇫🇷 é "
    "<|im_start|> <|im_end|> <|endoftext|> <repo_name> <tool_call> <mask> wörld awörld </s> <s> ▁ ▁▁ <0x41>"
).split(" ")


def settled(code):
    """Whether all Unicode versions in use agree on a character: assigned since Unicode 15 or private, no surrogate."""
    import unicodedata

    return not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) != "Cn"


def random_text(random):
    if random.random() < 0.5:
        return random.choice(["", " "]).join(random.choice(WORDS) for _ in range(random.randint(1, 20)))
    parts = []
    for _ in range(random.randint(1, 12)):
        first, last = random.choice(RANGES)
        codes = (random.randint(first, last) for _ in range(random.randint(1, 6)))
        parts.append("".join(chr(code) for code in codes if settled(code)) + random.choice(["", "", " ", "  "]))
    return "".join(parts)


def cases(tokenizer, texts):
    encoded = [(text, tokenizer.encode(text).ids) for text in texts]
    return [[text, ids, tokenizer.decode(ids)] for text, ids in encoded]


def main():
    request = json.load(sys.stdin)
    draw = random.Random(20261122)
    texts = [random_text(draw) for _ in range(request["count"])]
    checkpoint = Tokenizer.from_file(request["checkpoint"] + "/tokenizer.json")
    tokenizers = {"SmolLM2": {"file": None, "cases": cases(checkpoint, texts)}}
    for name, build in FAMILIES.items():
        tokenizer = build()
        tokenizers[name] = {"file": tokenizer.to_str(), "cases": cases(tokenizer, texts[: request["count"] // 5])}
    rendered = {
        name: [_compile_jinja_template(text).render(**variables) for variables in request["variables"]] for name, text in request["templates"].items()
    }
    json.dump({"tokenizers": tokenizers, "templates": rendered}, sys.stdout)


main()
