"""Encoders of a few words or letters, as sentence-transformers and transformers keep them. For tests."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


def word_tokenizer(words: Sequence[str]):
    """A tokenizer of whole words; 0 is the unknown one."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0} | {w: i for i, w in enumerate(words, 1)}, "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def write_static(
    folder: Path, tensors: dict[str, np.ndarray], words: Sequence[str], after: Sequence[str] = ("Normalize",)
) -> Path:
    """A static model with the modules ``after`` behind its table; returns ``folder``."""
    kinds = ("StaticEmbedding", *after)
    modules = [
        {"idx": i, "name": str(i), "path": f"{i}_{kind}", "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    table = folder / "0_StaticEmbedding"
    table.mkdir(parents=True)
    save_file(tensors, table / "model.safetensors")
    word_tokenizer(words).save(str(table / "tokenizer.json"))
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return folder


def write_bert(folder: Path, texts: Sequence[str]) -> Path:
    """A BERT of one layer with random weights that reads the letters of ``texts``; returns ``folder``."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    letters = sorted(set("".join(texts).lower()) - {" "})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters)]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)
    return folder
