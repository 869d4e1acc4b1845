"""BERT (Devlin et al. 2019; MiniLM is a small one) and MPNet (Song et al. 2020) encoders in the layout of Hugging Face, from the papers."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Embeddings(nn.Module):
    def __init__(self, words: int, positions: int, types: int, dims: int, eps: float, shift: int) -> None:
        super().__init__()
        self.shift = shift
        self.word_embeddings = nn.Embedding(words, dims)
        self.position_embeddings = nn.Embedding(positions, dims)
        if types:
            self.token_type_embeddings = nn.Embedding(types, dims)
        self.LayerNorm = nn.LayerNorm(dims, eps)
        self.types = types

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        places = torch.arange(ids.shape[1]) + self.shift
        x = self.word_embeddings(ids) + self.position_embeddings(places)
        if self.types:
            x = x + self.token_type_embeddings(torch.zeros_like(ids))
        return self.LayerNorm(x)


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int, bias: torch.Tensor | float) -> torch.Tensor:
    def split(x: torch.Tensor) -> torch.Tensor:
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    q, k, v = split(q), split(k), split(v)
    scores = torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(q.shape[-1]) + bias
    return torch.einsum("bhij,bhjd->bhid", scores.softmax(-1), v).transpose(1, 2).flatten(2)


class Named(nn.Module):
    """A module that only holds others under the names of a file."""

    def __init__(this, **modules: nn.Module) -> None:  # "self" is a name in the files
        super().__init__()
        for name, module in modules.items():
            this.add_module(name, module)


class EncoderLayer(nn.Module):
    def __init__(self, dims: int, inner: int, eps: float, layout: str) -> None:
        super().__init__()
        linear = lambda: nn.Linear(dims, dims)
        norm = lambda: nn.LayerNorm(dims, eps)
        self.layout = layout
        if layout == "bert":
            self.attention = Named(
                self=Named(query=linear(), key=linear(), value=linear()), output=Named(dense=linear(), LayerNorm=norm())
            )
        else:
            self.attention = Named(attn=Named(q=linear(), k=linear(), v=linear(), o=linear()), LayerNorm=norm())
        self.intermediate = Named(dense=nn.Linear(dims, inner))
        self.output = Named(dense=nn.Linear(inner, dims), LayerNorm=norm())

    def forward(self, x: torch.Tensor, heads: int, bias: torch.Tensor | float) -> torch.Tensor:
        a = self.attention
        if self.layout == "bert":
            parts = a._modules["self"]
            q, k, v, out, norm = parts.query, parts.key, parts.value, a.output.dense, a.output.LayerNorm
        else:
            q, k, v, out, norm = a.attn.q, a.attn.k, a.attn.v, a.attn.o, a.LayerNorm
        x = norm(x + out(attend(q(x), k(x), v(x), heads, bias)))
        inner = F.gelu(self.intermediate.dense(x))
        return self.output.LayerNorm(x + self.output.dense(inner))


class SentenceEncoder(nn.Module):
    def __init__(self, layout: str, words: int, positions: int, dims: int, inner: int, heads: int, layers: int, eps: float) -> None:
        super().__init__()
        is_bert = layout == "bert"
        self.heads, self.layout = heads, layout
        self.embeddings = Embeddings(words, positions, 2 if is_bert else 0, dims, eps, 0 if is_bert else 2)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList([EncoderLayer(dims, inner, eps, layout) for _ in range(layers)])
        if not is_bert:
            self.encoder.relative_attention_bias = nn.Embedding(32, heads)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        bias: torch.Tensor | float = 0.0
        if self.layout == "mpnet":
            bias = self.encoder.relative_attention_bias(buckets(ids.shape[1])).permute(2, 0, 1)[None]
        x = self.embeddings(ids)
        for layer in self.encoder.layer:
            x = layer(x, self.heads, bias)
        return x


def buckets(length: int) -> torch.Tensor:
    """T5's relative position buckets, 16 a side: 8 exact distances, then logarithmic ones up to 128."""
    out = torch.zeros(length, length, dtype=torch.long)
    for i in range(length):
        for j in range(length):
            distance = abs(i - j)
            far = 8 + int(math.log(max(distance, 1) / 8) / math.log(128 / 8) * 8)
            out[i, j] = (16 if j > i else 0) + (distance if distance < 8 else min(far, 15))
    return out
