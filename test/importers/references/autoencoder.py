"""net2net's autoencoders: BigAE with its quirks, and the plain one of 32 pixels."""

import torch
import torchvision
from torch import nn

from biggan import BigGan
from flow import FullyConnected, Layer
from layers import ActNorm

MEAN, STD = torch.tensor([0.485, 0.456, 0.406])[:, None, None], torch.tensor([0.229, 0.224, 0.225])[:, None, None]


class ResNetEncoder(nn.Module):
    """A ResNet whose norms are ActNorms; ImageNet's normalisation is applied twice."""

    def __init__(self, latent: int, layers: list[int], width: int = 64) -> None:
        super().__init__()
        block = torchvision.models.resnet.Bottleneck
        self.model = torchvision.models.ResNet(block, layers, norm_layer=ActNorm, width_per_group=width)
        self.model.fc = Layer(nn.Conv2d(2048, 2 * latent, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(2):
            x = (0.5 * (x + 1) - MEAN.to(x)) / STD.to(x)
        net = self.model
        x = net.maxpool(net.relu(net.bn1(net.conv1(x))))
        x = net.layer4(net.layer3(net.layer2(net.layer1(x))))
        return net.fc(x.mean((2, 3), keepdim=True))[:, :, 0, 0]


class BigDecoder(nn.Module):
    def __init__(self, latent: int, hidden: int, classes: int, channels: int, widths: list[int], chunk: int, embedding: int, act_norm: bool) -> None:
        super().__init__()
        first = latent - chunk * (len(widths) - 1)
        self.map_to_class_embedding = FullyConnected(latent, hidden, classes, 2)
        self.decoder = BigGan(channels, widths, chunk, classes, embedding, first, act_norm)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        classes = self.map_to_class_embedding(z).softmax(1)
        return self.decoder.from_embedding(z, self.decoder.linear(classes))


class BigAutoencoder(nn.Module):
    """Keys `encoder.model.*` and `decoder.*`."""

    def __init__(self, encoder: ResNetEncoder, decoder: BigDecoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder


class BasicAutoencoder(nn.Module):
    """32 pixels to [2 · latent] and back; decoder layers run in reverse order of their numbers."""

    def __init__(self, latent: int, widths: list[int]) -> None:
        super().__init__()
        slope = lambda: nn.LeakyReLU(0.2)
        down = [3, *widths]
        self.feature_layers = nn.ModuleList(
            [Layer(nn.Conv2d(a, b, 4, 2, 1, bias=False), ActNorm(b), slope()) for a, b in zip(down, down[1:])]
        )
        self.decoder_layers = nn.ModuleList(
            [Layer(nn.ConvTranspose2d(b, a, 4, 2, 1, bias=False), ActNorm(a), slope()) for a, b in zip(widths, widths[1:])]
        )
        self.dense_encode = Layer(nn.Conv2d(widths[-1], 2 * latent, 2))
        self.dense_decode = Layer(nn.ConvTranspose2d(latent, widths[-1], 2))
        self.image_layer = Layer(nn.ConvTranspose2d(widths[0], 3, 4, 2, 1, bias=False), nn.Tanh())

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.feature_layers:
            x = layer(x)
        return self.dense_encode(x)[:, :, 0, 0]

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        x = self.dense_decode(z[:, :, None, None])
        for layer in reversed(self.decoder_layers):
            x = layer(x)
        return self.image_layer(x)
