"""Bicubic resampling and whole bytes, as src/engine/imaging has them."""

import math

import numpy as np

from .constant import constant


def resized(x, height, width):
    """Bicubic, antialiased, as MATLAB's imresize: [..., h, w] → [..., height, width]."""
    rows = bicubic_matrix(x.device, x.shape[-2], height)
    columns = bicubic_matrix(x.device, x.shape[-1], width)
    return rows @ x @ columns.T


@constant
def bicubic_matrix(size, new_size):
    """[new_size, size]: Keys' cubic (1981, a = -0.5), stretched where the picture gets smaller, edges mirrored."""
    scale = new_size / size
    stretch = max(1.0, 1 / scale)
    centre = (np.arange(new_size)[:, None] + 0.5) / scale - 0.5
    taps = np.floor(centre - 2 * stretch) + np.arange(math.ceil(4 * stretch) + 2)[None]
    d = np.abs((centre - taps) / stretch)
    weights = np.where(d <= 1, (1.5 * d - 2.5) * d * d + 1, np.where(d <= 2, ((-0.5 * d + 2.5) * d - 4) * d + 2, 0))
    weights /= weights.sum(1, keepdims=True)
    folded = np.mod(taps, 2 * size).astype(np.int64)
    folded = np.where(folded < size, folded, 2 * size - 1 - folded)
    matrix = np.zeros((new_size, size))
    np.add.at(matrix, (np.arange(new_size)[:, None], folded), weights)
    return matrix


def to_bytes(x):
    """0..1 → whole numbers of 0..255, as floats."""
    return (255 * x.clamp(0, 1)).round()
