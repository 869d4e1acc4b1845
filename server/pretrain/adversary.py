"""The patch discriminator in training: one hinge step, and what it asks of the pictures that were judged.

Sources: hinge loss (Lim, Ye 2017), feature matching (Salimans et al. 2016), both as in SPADE.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from losses import over_background
from networks import IMAGE_CHANNELS, PatchDiscriminator

MATCHING_WEIGHT = 4


class Adversary:
    """Discriminator and its optimiser; has a state_dict like a module, for checkpoints."""

    def __init__(self, rate: float = 4e-4, width: int = 32, channels: int = IMAGE_CHANNELS, matching: float = MATCHING_WEIGHT) -> None:
        """`matching` is the weight of feature matching, which asks every output to be like its own truth."""
        self.matching = matching
        self.judge = PatchDiscriminator(width, channels).to(memory_format=torch.channels_last)
        self.steps = torch.optim.AdamW(self.judge.parameters(), rate, betas=(0.5, 0.95))

    def gradient(self, at_output: Tensor, images: Tensor, view: Callable[[Tensor], Tensor]) -> tuple[Tensor, float]:
        """Trains the discriminator once and returns the gradient of hinge + feature matching at the output, and the hinge loss.
        `view` makes of pictures what the discriminator sees."""
        real, fake = view(images), view(at_output)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            real_score, real_features = self.judge(real)
            fake_score, _ = self.judge(fake.detach())
            judge_loss = F.relu(1 - real_score.float()).mean() + F.relu(1 + fake_score.float()).mean()
        self.steps.zero_grad(set_to_none=True)
        judge_loss.backward()
        self.steps.step()
        self.judge.requires_grad_(False)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            score, features = self.judge(fake)
        wish = -score.float().mean()
        if self.matching:
            wish = wish + self.matching * sum(F.l1_loss(ours.float(), theirs.detach().float()) for ours, theirs in zip(features, real_features))
        (gradient,) = torch.autograd.grad(wish, at_output)
        self.judge.requires_grad_(True)
        return gradient, float(judge_loss.detach())

    def state_dict(self) -> dict:
        return {"judge": self.judge.state_dict(), "steps": self.steps.state_dict()}

    def load_state_dict(self, saved: dict) -> None:
        self.judge.load_state_dict(saved["judge"])
        self.steps.load_state_dict(saved["steps"])


def over_random_background(count: int, noise: torch.Generator) -> Callable[[Tensor], Tensor]:
    """A view of premultiplied RGBA in which colour under low alpha counts as little as it shows."""
    background = torch.rand((count, 3, 1, 1), generator=noise)
    return lambda image: over_background(image, background)
