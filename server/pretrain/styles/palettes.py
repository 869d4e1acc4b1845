"""Dominant colours of pictures: up to four, the largest first, each with its share of the inked area.

Counts colours in a cube of 8×8×8 bins and lets the fullest bin take in all bins near it, again and again.
"""

from __future__ import annotations

import numpy as np

MOST_COLOURS = 4
BINS = 8
NEAR = 0.28
"""Distance in RGB, each in [0, 1], up to which a bin belongs to a colour."""
SMALLEST_SHARE = 0.03


def palette_of(picture: np.ndarray) -> np.ndarray:
    """Premultiplied uint8 RGBA [h, w, 4] → float32 [4, 4]: red, green, blue in [0, 1] (not premultiplied) and share; rows of zeros where there are fewer."""
    pixels = picture[::2, ::2].reshape(-1, 4).astype(np.float32)
    alpha = pixels[:, 3:]
    inked = alpha[:, 0] > 64
    result = np.zeros((MOST_COLOURS, 4), dtype=np.float32)
    if not inked.any():
        return result
    colours = np.minimum(pixels[inked, :3] / alpha[inked], 1)
    bins = np.minimum((colours * BINS).astype(np.int64), BINS - 1) @ np.array([BINS * BINS, BINS, 1])
    counts = np.bincount(bins, minlength=BINS**3).astype(np.float32)
    used = np.flatnonzero(counts)
    sums = np.stack([np.bincount(bins, weights=colours[:, channel], minlength=BINS**3) for channel in range(3)], axis=1)
    means, left = sums[used] / counts[used, None], counts[used].copy()
    for at in range(MOST_COLOURS):
        fullest = int(left.argmax())
        taken = (np.square(means - means[fullest]).sum(1) < NEAR**2) & (left > 0)
        share = left[taken].sum() / counts.sum()
        if share < SMALLEST_SHARE:
            break
        result[at] = [*np.average(means[taken], axis=0, weights=left[taken]), share]
        left[taken] = 0
    return result
