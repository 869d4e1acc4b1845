"""Networks of the target expert: a convolutional autoencoder for RGBA icons and a small patch discriminator.

Shapes only, no data and no training loop. Images are [batch, 4, 128, 128], colour premultiplied by alpha, in [0, 1];
latents are [batch, 8, 8, 8] (channels, height, width). Blocks without norm layers after TAESD (madebyollin/taesd);
the fixed posterior width after SimFlow (arXiv 2512.04084).
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

LATENT_CHANNELS = 8
IMAGE_CHANNELS = 4
STEM_FACTOR = 4
POSTERIOR_STD = 0.3
"""Standard deviation of the noise on every latent."""


class ResidualBlock(nn.Module):
    """x + conv(silu(conv(silu(x)))), [batch, channels, h, w] kept; starts as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class Encoder(nn.Module):
    """Image [batch, 4, 128, 128] to the posterior mean [batch, 8, 8, 8], each channel with mean 0 and variance 1."""

    def __init__(self, widths: tuple[int, int, int], blocks: tuple[int, int, int]) -> None:
        super().__init__()
        a, b, c = widths
        self.trunk = nn.Sequential(
            nn.PixelUnshuffle(STEM_FACTOR),
            nn.Conv2d(IMAGE_CHANNELS * STEM_FACTOR**2, a, 3, padding=1),
            *[ResidualBlock(a) for _ in range(blocks[0])],
            nn.Conv2d(a, b, 3, stride=2, padding=1),
            *[ResidualBlock(b) for _ in range(blocks[1])],
            nn.Conv2d(b, c, 3, stride=2, padding=1),
            *[ResidualBlock(c) for _ in range(blocks[2])],
            nn.SiLU(),
            nn.Conv2d(c, LATENT_CHANNELS, 3, padding=1),
        )
        # Unit variance by construction: otherwise the encoder would outgrow the fixed posterior width.
        self.norm = nn.BatchNorm2d(LATENT_CHANNELS, affine=False, momentum=0.02)

    def forward(self, image: Tensor) -> Tensor:
        return self.norm(self.trunk(image).float())


class Decoder(nn.Module):
    """Latent [batch, 8, 8, 8] to image [batch, 4, 128, 128], unbounded; ends in convolutions at full resolution."""

    def __init__(self, widths: tuple[int, int, int], blocks: tuple[int, int, int], tail: int = 16) -> None:
        super().__init__()
        self.config = {"widths": tuple(widths), "blocks": tuple(blocks)}
        a, b, c = widths
        self.trunk = nn.Sequential(
            nn.Conv2d(LATENT_CHANNELS, c, 3, padding=1),
            *[ResidualBlock(c) for _ in range(blocks[2])],
            nn.Conv2d(c, b * 4, 1),
            nn.PixelShuffle(2),
            *[ResidualBlock(b) for _ in range(blocks[1])],
            nn.Conv2d(b, a * 4, 1),
            nn.PixelShuffle(2),
            *[ResidualBlock(a) for _ in range(blocks[0])],
            nn.SiLU(),
            nn.Conv2d(a, tail * STEM_FACTOR**2, 1),
            nn.PixelShuffle(STEM_FACTOR),
            nn.Conv2d(tail, tail, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(tail, IMAGE_CHANNELS, 3, padding=1),
        )

    def forward(self, latent: Tensor) -> Tensor:
        return self.trunk(latent)


class Autoencoder(nn.Module):
    """Encoder and decoder together; `config` is stored in checkpoints so that the export can rebuild them."""

    def __init__(self, widths: tuple[int, int, int], encoder_blocks: tuple[int, int, int], decoder_blocks: tuple[int, int, int]) -> None:
        super().__init__()
        self.config = {"widths": tuple(widths), "encoder_blocks": tuple(encoder_blocks), "decoder_blocks": tuple(decoder_blocks)}
        self.encoder = Encoder(widths, encoder_blocks)
        self.decoder = Decoder(widths, decoder_blocks)


class PatchDiscriminator(nn.Module):
    """Real or made, one score for each 8×8 cell. Input [batch, channels, h, w]; of icons, colour over some background, and alpha."""

    def __init__(self, width: int = 32, channels: int = IMAGE_CHANNELS) -> None:
        super().__init__()
        shapes = [(channels, width), (width, width * 2), (width * 2, width * 4)]
        self.layers = nn.ModuleList([spectral_norm(nn.Conv2d(i, o, 4, stride=2, padding=1)) for i, o in shapes])
        self.score = spectral_norm(nn.Conv2d(width * 4, 1, 3, padding=1))

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Returns scores [batch, 1, h / 8, w / 8] and the features of each layer."""
        features: list[Tensor] = []
        hidden = image
        for layer in self.layers:
            hidden = F.leaky_relu(layer(hidden), 0.2)
            features.append(hidden)
        return self.score(hidden), features
