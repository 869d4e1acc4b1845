"""net2net's conditional flow and the one of CompVis/invariances, from the formulas of the papers; logDet of the direction data to residual."""

import torch
from torch import nn
from torch.nn import functional as F

from layers import ActNorm


class FullyConnected(nn.Module):
    def __init__(self, inputs: int, hidden: int, outputs: int, depth: int, norm: bool = False, tanh: bool = False) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for at in range(depth + 1):
            layers.append(nn.Linear(inputs if at == 0 else hidden, hidden))
            if norm:
                layers.append(nn.BatchNorm1d(hidden))
            layers.append(nn.LeakyReLU(0.01))
        layers.append(nn.Linear(hidden, outputs))
        if tanh:
            layers.append(nn.Tanh())
        self.main = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.main(x)


class Coupling(nn.Module):
    def __init__(self, channels: int, embedding: int, hidden: int, depth: int) -> None:
        super().__init__()
        half = channels // 2
        make = lambda tanh: nn.ModuleList([FullyConnected(half + embedding, hidden, half, depth, tanh=tanh) for _ in range(2)])
        self.s, self.t = make(True), make(False)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        first, second = x.chunk(2, 1)
        log_det = 0.0
        for step in range(2):
            given = torch.cat([first, c], 1)
            log_scale = self.s[step](given)
            first, second = second * log_scale.exp() + self.t[step](given), first
            log_det = log_det + log_scale.sum(1)
        # After two steps `first` is the changed first half, `second` the changed second half; the file's order has the latter in front.
        return torch.cat([second, first], 1), log_det


class Shuffle(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        order = torch.randperm(channels)
        self.register_buffer("forward_shuffle_idx", order)
        self.register_buffer("backward_shuffle_idx", order.argsort())


class Block(nn.Module):
    def __init__(self, channels: int, embedding: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.norm_layer = ActNorm(channels)
        self.coupling = Coupling(channels, embedding, hidden, depth)
        self.shuffle = Shuffle(channels)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.norm_layer(x[:, :, None, None])[:, :, 0, 0]
        x, log_det = self.coupling(x, c)
        return x[:, self.shuffle.forward_shuffle_idx], log_det + self.norm_layer.log_det()


class DenseEmbedder(nn.Module):
    """1 × 1 convolutions through evenly spaced widths, ActNorm and LeakyReLU 0.2 after each but the last."""

    def __init__(self, widths: list[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for a, b in zip(widths[:-2], widths[1:-1]):
            layers += [nn.Conv2d(a, b, 1), ActNorm(b), nn.LeakyReLU(0.2)]
        self.net = nn.Sequential(*layers, nn.Conv2d(widths[-2], widths[-1], 1))

    def forward(self, c: torch.Tensor) -> torch.Tensor:
        return self.net(c[:, :, None, None])[:, :, 0, 0]


class Layer(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.sub_layers = nn.ModuleList(layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.sub_layers:
            x = layer(x)
        return x


class SpatialEmbedder(nn.Module):
    """Halves a map of features several times, then one convolution over all that is left."""

    def __init__(self, inputs: int, size: int, halvings: int, outputs: int) -> None:
        super().__init__()
        widths = [inputs] + [64 * min(2**at, 16) for at in range(halvings)]
        self.feature_layers = nn.ModuleList(
            [Layer(nn.Conv2d(a, b, 4, 2, 1, bias=False), ActNorm(b), nn.LeakyReLU(0.2)) for a, b in zip(widths, widths[1:])]
        )
        self.dense_encode = Layer(nn.Conv2d(widths[-1], outputs, size // 2**halvings))

    def forward(self, c: torch.Tensor) -> torch.Tensor:
        for layer in self.feature_layers:
            c = layer(c)
        return self.dense_encode(c)[:, :, 0, 0]


class Blocks(nn.Module):
    def __init__(self, count: int, channels: int, embedding: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.sub_layers = nn.ModuleList([Block(channels, embedding, hidden, depth) for _ in range(count)])

    def run(self, x: torch.Tensor, embedded: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        total = torch.zeros(len(x), dtype=x.dtype)
        for block in self.sub_layers:
            x, log_det = block(x, embedded)
            total = total + log_det
        return x, total


class Net2NetFlow(nn.Module):
    """Keys `flow.embedder.main.*` and `flow.sub_layers.*`."""

    def __init__(self, count: int, channels: int, condition: int, embedding: int, hidden: int, depth: int, embedder_hidden: int) -> None:
        super().__init__()
        self.flow = Blocks(count, channels, embedding, hidden, depth)
        self.flow.embedder = FullyConnected(condition, embedder_hidden, embedding, 2, norm=True)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.flow.run(x, self.flow.embedder(c))


class InvariancesFlow(nn.Module):
    """Keys `flow.sub_layers.*` and `embedder.*`."""

    def __init__(self, embedder: nn.Module, count: int, channels: int, embedding: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.embedder = embedder
        self.flow = Blocks(count, channels, embedding, hidden, depth)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.flow.run(x, self.embedder(c))
