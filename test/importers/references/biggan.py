"""BigGAN as GANalyze and net2net lay it out, BigGAN-deep as pytorch-pretrained-biggan does, from their papers and layouts."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

from layers import ActNorm, Attention, SteppedSpectralNorm


class HyperNorm(nn.Module):
    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(channels, eps=1e-4, affine=False)
        self.gamma_embed = SteppedSpectralNorm(nn.Linear(condition, channels, bias=False))
        self.beta_embed = SteppedSpectralNorm(nn.Linear(condition, channels, bias=False))

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        gamma = 1 + self.gamma_embed(condition)
        beta = self.beta_embed(condition)
        return self.bn(x) * gamma[:, :, None, None] + beta[:, :, None, None]


class GBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, condition: int) -> None:
        super().__init__()
        self.conv0 = SteppedSpectralNorm(nn.Conv2d(inputs, outputs, 3, padding=1))
        self.conv1 = SteppedSpectralNorm(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.conv_sc = SteppedSpectralNorm(nn.Conv2d(inputs, outputs, 1))
        self.HyperBN = HyperNorm(inputs, condition)
        self.HyperBN_1 = HyperNorm(outputs, condition)

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        up = nn.Upsample(scale_factor=2)
        inner = self.conv0(up(F.relu(self.HyperBN(x, condition))))
        inner = self.conv1(F.relu(self.HyperBN_1(inner, condition)))
        return inner + self.conv_sc(up(x))


class BigGan(nn.Module):
    """`widths` are multiples of `channels`, one more than blocks; `first` values of z make the first map."""

    def __init__(self, channels: int, widths: list[int], chunk: int, classes: int, embedding: int, first: int | None = None, act_norm: bool = False) -> None:
        super().__init__()
        self.chunk, self.first, self.widths = chunk, first or chunk, widths
        sizes = [channels * width for width in widths]
        self.linear = nn.Linear(classes, embedding, bias=False)
        self.G_linear = SteppedSpectralNorm(nn.Linear(self.first, 16 * sizes[0]))
        self.GBlock = nn.ModuleList([GBlock(a, b, chunk + embedding) for a, b in zip(sizes, sizes[1:])])
        self.attention = Attention(sizes[-2], SteppedSpectralNorm, ("theta", "phi", "g", "o_conv"))
        self.ScaledCrossReplicaBN = ActNorm(sizes[-1]) if act_norm else nn.BatchNorm2d(sizes[-1], eps=1e-4)
        self.colorize = SteppedSpectralNorm(nn.Conv2d(sizes[-1], 3, 3, padding=1))

    def from_embedding(self, z: torch.Tensor, embedding: torch.Tensor) -> torch.Tensor:
        x = self.G_linear(z[:, : self.first])
        x = x.reshape(len(z), 4, 4, -1).permute(0, 3, 1, 2)
        for index, block in enumerate(self.GBlock):
            if index == len(self.GBlock) - 1:
                x = self.attention(x)
            start = self.first + index * self.chunk
            x = block(x, torch.cat([z[:, start : start + self.chunk], embedding], 1))
        return torch.tanh(self.colorize(F.relu(self.ScaledCrossReplicaBN(x))))

    def forward(self, z: torch.Tensor, one_hot: torch.Tensor) -> torch.Tensor:
        return self.from_embedding(z, self.linear(one_hot))


def torch_norm(module: nn.Module) -> nn.Module:
    return spectral_norm(module, eps=1e-4)


class DeepNorm(nn.Module):
    def __init__(self, channels: int, condition: int | None, stats: int) -> None:
        super().__init__()
        self.register_buffer("running_means", torch.zeros(stats, channels))
        self.register_buffer("running_vars", torch.ones(stats, channels))
        if condition is None:
            self.weight = nn.Parameter(torch.ones(channels))
            self.bias = nn.Parameter(torch.zeros(channels))
        else:
            self.scale = torch_norm(nn.Linear(condition, channels, bias=False))
            self.offset = torch_norm(nn.Linear(condition, channels, bias=False))
        self.is_conditional = condition is not None

    def forward(self, x: torch.Tensor, condition: torch.Tensor, row: int) -> torch.Tensor:
        weight = 1 + self.scale(condition) if self.is_conditional else self.weight[None]
        bias = self.offset(condition) if self.is_conditional else self.bias[None]
        mean, variance = self.running_means[row], self.running_vars[row]
        normed = (x - mean[None, :, None, None]) / (variance[None, :, None, None] + 1e-4).sqrt()
        return normed * weight[:, :, None, None] + bias[:, :, None, None]


class DeepBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, condition: int, doubles: bool, stats: int) -> None:
        super().__init__()
        middle = inputs // 4
        self.doubles, self.outputs = doubles, outputs
        shapes = [(inputs, middle, 1), (middle, middle, 3), (middle, middle, 3), (middle, outputs, 1)]
        for at, (a, b, size) in enumerate(shapes):
            self.add_module(f"bn_{at}", DeepNorm(a, condition, stats))
            self.add_module(f"conv_{at}", torch_norm(nn.Conv2d(a, b, size, padding=size // 2)))

    def forward(self, x: torch.Tensor, condition: torch.Tensor, row: int) -> torch.Tensor:
        inner = x
        for at in range(4):
            inner = F.relu(getattr(self, f"bn_{at}")(inner, condition, row))
            if at == 1 and self.doubles:
                inner = F.interpolate(inner, scale_factor=2, mode="nearest")
            inner = getattr(self, f"conv_{at}")(inner)
        skip = x[:, : self.outputs]
        return inner + (F.interpolate(skip, scale_factor=2, mode="nearest") if self.doubles else skip)


class DeepGenerator(nn.Module):
    def __init__(self, channels: int, widths: list[int], attention_at: int, condition: int, stats: int) -> None:
        super().__init__()
        self.gen_z = torch_norm(nn.Linear(condition, 16 * channels * widths[0]))
        layers: list[nn.Module] = []
        for index, (a, b) in enumerate(zip(widths, widths[1:])):
            if index == attention_at:
                names = ("snconv1x1_theta", "snconv1x1_phi", "snconv1x1_g", "snconv1x1_o_conv")
                layers.append(Attention(channels * a, torch_norm, names))
            layers.append(DeepBlock(channels * a, channels * b, condition, index % 2 == 1, stats))
        self.layers = nn.ModuleList(layers)
        self.bn = DeepNorm(channels * widths[-1], None, stats)
        self.conv_to_rgb = torch_norm(nn.Conv2d(channels * widths[-1], channels * widths[-1], 3, padding=1))

    def forward(self, condition: torch.Tensor, row: int) -> torch.Tensor:
        x = self.gen_z(condition)
        x = x.reshape(len(x), 4, 4, -1).permute(0, 3, 1, 2)
        for layer in self.layers:
            x = layer(x) if isinstance(layer, Attention) else layer(x, condition, row)
        return torch.tanh(self.conv_to_rgb(F.relu(self.bn(x, condition, row)))[:, :3])


class BigGanDeep(nn.Module):
    def __init__(self, channels: int, widths: list[int], attention_at: int, latent: int, classes: int, stats: int = 51) -> None:
        super().__init__()
        self.embeddings = nn.Linear(classes, latent, bias=False)
        self.generator = DeepGenerator(channels, widths, attention_at, 2 * latent, stats)

    def forward(self, z: torch.Tensor, one_hot: torch.Tensor, row: int) -> torch.Tensor:
        return self.generator(torch.cat([z, self.embeddings(one_hot)], 1), row)
