"""Discriminators for restyled drawings: is this how the source looks in the style that is asked for? Trains them and says what they ask of the answers.

A flow's v = 0 that is trained by likelihood and differences of pixels is a mean where it is in doubt, a smear; judged pictures have to decide (hybrid
training: Flow-GAN, Grover et al. 2018; pairs: pix2pix, Isola et al. 2017; style by projection: Miyato and Koyama 2018). The source itself is shown as
a wrong answer where the style changes it, so that not restyling is no way out (after the mismatched pairs of Reed et al. 2016).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from style_networks import SUMMARY

DRAWING_CHANNELS = 4
CUT_PX = 64
CELL_PX = 8
MATCHING_WEIGHT = 4
UNCHANGED_WEIGHT = 0.5
CHANGED_FROM = 0.02
"""Mean difference of a cell from which its source is a wrong answer."""


class StyleDiscriminator(nn.Module):
    """A drawing beside its source [batch, 8, h, w] and the code asked for [batch, 3840], without its tokens → scores [batch, h / 8, w / 8], features of each layer."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        shapes = [(2 * DRAWING_CHANNELS, width), (width, 2 * width), (2 * width, 4 * width)]
        self.layers = nn.ModuleList([spectral_norm(nn.Conv2d(i, o, 4, stride=2, padding=1)) for i, o in shapes])
        self.deep = spectral_norm(nn.Conv2d(4 * width, 4 * width, 3, padding=1))
        self.code = nn.Sequential(nn.Linear(SUMMARY, 2 * width), nn.SiLU())
        self.film = nn.Linear(2 * width, 4 * width)
        self.project = spectral_norm(nn.Linear(2 * width, 4 * width))
        self.score = spectral_norm(nn.Conv2d(4 * width, 1, 1))
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)

    def forward(self, pictures: Tensor, asked: Tensor) -> tuple[Tensor, list[Tensor]]:
        code = self.code(asked[:, :SUMMARY])
        features: list[Tensor] = []
        hidden = pictures
        for at, layer in enumerate(self.layers):
            hidden = layer(hidden)
            if at == 1:
                scale, shift = self.film(code)[:, :, None, None].chunk(2, dim=1)
                hidden = hidden * (1 + scale) + shift
            hidden = F.leaky_relu(hidden, 0.2)
            features.append(hidden)
        hidden = F.leaky_relu(self.deep(hidden), 0.2)
        features.append(hidden)
        fitting = (self.project(code)[:, :, None, None] * hidden).mean(1) * hidden.shape[1] ** 0.5
        return self.score(hidden)[:, 0] + fitting, features


class StyleAdversary:
    """One discriminator for cuts of 64 px at full size, one for whole drawings at half size, and their optimiser; has a state_dict for checkpoints."""

    def __init__(self, rate: float = 4e-4, width: int = 32) -> None:
        self.judges = nn.ModuleList([StyleDiscriminator(width) for _ in range(2)]).to(memory_format=torch.channels_last)
        self.steps = torch.optim.AdamW(self.judges.parameters(), rate, betas=(0.5, 0.95))

    def gradient(self, answers: Tensor, truth: Tensor, source: Tensor, asked: Tensor, rng: np.random.Generator) -> tuple[Tensor, float]:
        """Trains both discriminators once. Returns the gradient of what they ask at the answers, and their loss. Drawings are [batch, 4, 128, 128]."""
        y, x = rng.integers(0, answers.shape[-1] - CUT_PX + 1, size=2)
        views = (lambda image: image[:, :, y : y + CUT_PX, x : x + CUT_PX].contiguous(memory_format=torch.channels_last), lambda image: F.avg_pool2d(image, 2))
        self.steps.zero_grad(set_to_none=True)
        asked_of, total = [], 0.0
        for judge, view in zip(self.judges, views):
            beside, real, fake = view(source), view(truth), view(answers)
            changed = F.max_pool2d(F.avg_pool2d((real - beside).abs().sum(1, keepdim=True), CELL_PX), 3, 1, 1)[:, 0] > CHANGED_FROM
            shown = torch.cat([torch.cat([one, beside], dim=1) for one in (real, fake.detach(), beside)])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores, features = judge(shown, asked.repeat(3, 1))
            on_real, on_fake, on_unchanged = scores.float().chunk(3)
            unchanged = (F.relu(1 + on_unchanged) * changed).mean()
            loss = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean() + UNCHANGED_WEIGHT * unchanged
            loss.backward()
            total += float(loss.detach()) / len(views)
            asked_of.append((judge, fake, beside, [value[: len(real)].detach() for value in features]))
        self.steps.step()
        self.judges.requires_grad_(False)
        wanted = answers.new_zeros(())
        for judge, fake, beside, real_features in asked_of:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores, features = judge(torch.cat([fake, beside], dim=1), asked)
            matching = sum(F.l1_loss(ours.float(), theirs.float()) for ours, theirs in zip(features, real_features))
            wanted = wanted + MATCHING_WEIGHT * matching - scores.float().mean()
        (gradient,) = torch.autograd.grad(wanted, answers)
        self.judges.requires_grad_(True)
        return gradient, total

    def state_dict(self) -> dict:
        return {"judges": self.judges.state_dict(), "steps": self.steps.state_dict()}

    def load_state_dict(self, saved: dict) -> None:
        self.judges.load_state_dict(saved["judges"])
        self.steps.load_state_dict(saved["steps"])
