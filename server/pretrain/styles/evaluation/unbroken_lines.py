"""Says whether a drawing's lines are as whole as the truth's: the same number of pieces of ink and the same number of holes.

Connected components on alpha ≥ ½, by spreading the largest label over neighbours; specks under a few pixels do not count.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

SMALLEST_PX = 8


def count_pieces(mask: Tensor, diagonal: bool) -> Tensor:
    """Connected pieces of [batch, h, w] booleans with at least 8 pixels, int64 [batch]."""
    batch, height, width = mask.shape
    ink = mask[:, None].float()
    labels = torch.arange(1, height * width + 1, dtype=torch.float32).view(1, 1, height, width) * ink
    while True:
        if diagonal:
            spread = F.max_pool2d(labels, 3, 1, 1)
        else:
            spread = torch.maximum(F.max_pool2d(labels, (3, 1), 1, (1, 0)), F.max_pool2d(labels, (1, 3), 1, (0, 1)))
        spread = spread * ink
        if torch.equal(spread, labels):
            break
        labels = spread
    counts = [torch.unique(one[one > 0], return_counts=True)[1] for one in labels.flatten(1)]
    return torch.tensor([int((sizes >= SMALLEST_PX).sum()) for sizes in counts])


def is_unbroken(made: Tensor, truth: Tensor) -> Tensor:
    """[batch] booleans, from RGBA [batch, 4, h, w]: as many pieces and as many holes as the truth."""
    a, b = (image[:, 3] >= 0.5 for image in (made, truth))
    return (count_pieces(a, True) == count_pieces(b, True)) & (count_pieces(~a, False) == count_pieces(~b, False))
