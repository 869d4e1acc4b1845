"""Layers of the reference networks, written from the papers and the layouts of published checkpoints; names of attributes are those of the files."""

import torch
from torch import nn
from torch.nn import functional as F


class SteppedSpectralNorm(nn.Module):
    """GANalyze's wrapper: one step of power iteration a call, from a u that it never changes."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module
        weight = module._parameters.pop("weight")
        rows = weight.shape[0]
        module.register_parameter("weight_u", nn.Parameter(F.normalize(torch.randn(rows), dim=0)))
        module.register_parameter("weight_v", nn.Parameter(F.normalize(torch.randn(weight.numel() // rows), dim=0)))
        module.register_parameter("weight_bar", nn.Parameter(weight.detach()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.module
        matrix = inner.weight_bar.flatten(1)
        v = matrix.T @ inner.weight_u
        v = v / (v.norm() + 1e-4)
        u = matrix @ v
        u = u / (u.norm() + 1e-4)
        weight = inner.weight_bar / (u @ (matrix @ v))
        if isinstance(inner, nn.Linear):
            return F.linear(x, weight, inner.bias)
        return F.conv2d(x, weight, inner.bias, inner.stride, inner.padding)


class ActNorm(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.loc = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.scale = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.register_buffer("initialized", torch.tensor(1, dtype=torch.uint8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * (x + self.loc)

    def log_det(self) -> torch.Tensor:
        return self.scale.abs().log().sum()


class Attention(nn.Module):
    """Self-attention of SAGAN. `wrap` makes the four convolutions; `names` are their attributes."""

    def __init__(self, channels: int, wrap, names: tuple[str, str, str, str]) -> None:
        super().__init__()
        self.names = names
        for name, (inputs, outputs) in zip(
            names,
            [(channels, channels // 8), (channels, channels // 8), (channels, channels // 2), (channels // 2, channels)],
        ):
            self.add_module(name, wrap(nn.Conv2d(inputs, outputs, 1, bias=False)))
        self.gamma = nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        theta, phi, g, out = (getattr(self, name) for name in self.names)
        batch, channels, height, width = x.shape
        queries = theta(x).flatten(2)
        keys = F.max_pool2d(phi(x), 2).flatten(2)
        values = F.max_pool2d(g(x), 2).flatten(2)
        weights = torch.einsum("bcq,bck->bqk", queries, keys).softmax(-1)
        mixed = torch.einsum("bqk,bck->bcq", weights, values)
        return x + self.gamma * out(mixed.reshape(batch, channels // 2, height, width))


def numbered(**modules: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict(modules)
