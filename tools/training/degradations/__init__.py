"""How pictures get worse, on the GPU: the degradations of src/engine/degradations that training there has.

Each takes patches [batch, 3, height, width], 0..1, which of them are grey [batch, 1, 1, 1] (their three channels are
alike), and the recipe's line; it gives the patches made worse. What it draws, it draws for each patch anew. Nothing here
waits for the GPU, so that a CUDA graph can hold it all. degradations.test.ts holds them to those in TypeScript.
"""

import numpy as np
import torch

from .blur import blur
from .camera_noise import camera_noise
from .downscale import downscale
from .gaussian_noise import gaussian_noise
from .greyscale import greyscale
from .jpeg import jpeg

DEGRADATIONS = {
    "gaussian-noise": gaussian_noise,
    "camera-noise": camera_noise,
    "jpeg": jpeg,
    "blur": blur,
    "downscale": downscale,
    "greyscale": greyscale,
}


def degrade(patches, grey, specs):
    """Through every degradation in order. Of a mixture, each list takes its share of the patches, the first ones first:
    patches are drawn independently, so which ones does not matter."""
    for spec in specs:
        if spec["kind"] == "mixture":
            counts = shares([choice["weight"] for choice in spec["of"]], len(patches))
            parts = zip(patches.split(counts), grey.split(counts), spec["of"])
            patches = torch.cat([degrade(part, its, choice["degradations"]) for part, its, choice in parts])
        elif len(patches) > 0:
            if spec["kind"] not in DEGRADATIONS:
                raise ValueError(f"{spec['kind']} is not made on the GPU: train it with train.py.")
            patches = DEGRADATIONS[spec["kind"]](patches, grey, spec)
    return patches


def shares(weights, count):
    """`count` things in whole numbers, as the weights say."""
    ends = np.round(np.cumsum(weights) / sum(weights) * count).astype(int)
    return np.diff(ends, prepend=0).tolist()
