import math

import numpy as np
import torch
import torch.nn.functional as F

from .constant import constant
from .draws import between, uniform
from .resample import to_bytes

# Quantisation steps of ITU-T T.81, Annex K, row by row.
LUMINANCE = """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"""
CHROMINANCE = """17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99
""" + "99 " * 32


def jpeg(patches, grey, spec):
    """As libjpeg encodes and decodes (ITU-T T.81), its quality drawn uniformly; the grid begins anywhere."""
    batch, _, height, width = patches.shape
    quality = between(spec["quality"], patches).round()
    subsampled = uniform(patches) < spec["subsampledShare"]
    cell = torch.where(subsampled, 16, 8)
    shift = lambda: (uniform(patches) * cell).floor().long() if spec["shiftGrid"] else torch.zeros_like(cell)
    top, left = shift(), shift()
    return through_jpeg(patches, quality, subsampled, top, left)


def through_jpeg(patches, quality, subsampled, top, left):
    """`quality` and whether the colours are `subsampled` (4:2:0), [batch, 1, 1, 1]; the grid begins `top` and `left` px
    outside of the patch, which is mirrored there."""
    batch, _, height, width = patches.shape
    rows, to_rows = shifted(top.view(batch, 1), height, patches.device)
    columns, to_columns = shifted(left.view(batch, 1), width, patches.device)
    r, g, b = to_bytes(picked(patches, rows, columns)).unbind(1)
    y = (0.299 * r + 0.587 * g + 0.114 * b).round()
    cb = (-0.168735892 * r - 0.331264108 * g + 0.5 * b + 128).round()
    cr = (0.5 * r - 0.418687589 * g - 0.081312411 * b + 128).round()
    q = quality.view(batch, 1, 1, 1, 1)
    y = coded(y, table(LUMINANCE, q))
    colours = torch.stack([cb, cr], 1)
    full = coded(colours.flatten(0, 1), table(CHROMINANCE, q.repeat_interleave(2, 0))).view(colours.shape)
    # libjpeg adds 1 and 2 in turns before it divides by four.
    bias = 1 + (torch.arange(colours.shape[-1] // 2, device=patches.device) & 1)
    half = ((4 * F.avg_pool2d(colours, 2)).round() + bias).div(4).floor()
    half = coded(half.flatten(0, 1), table(CHROMINANCE, q.repeat_interleave(2, 0)))
    half = F.interpolate(half.view(batch, 2, *half.shape[1:]), scale_factor=2.0, mode="bilinear").round()
    cb, cr = (torch.where(subsampled, half, full) - 128).unbind(1)
    restored = torch.stack([y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb], 1)
    return picked(restored.round().clamp(0, 255), to_rows, to_columns) / 255


def shifted(before, size, device):
    """Which pixels of a side of `size` px make the side that is encoded, `before` [batch, 1] mirrored ones first, whole
    cells of 16 in all; and where the side's own pixels are in it. Both [batch, …]."""
    length = 16 * math.ceil((size + 15) / 16)
    at = (torch.arange(length, device=device) - before).abs().clamp(max=size - 1)
    return at, torch.arange(size, device=device) + before


def picked(x, rows, columns):
    """[batch, c, h, w] at `rows` [batch, m] and `columns` [batch, n] → [batch, c, m, n]."""
    batch, channels, height, width = x.shape
    at = rows[:, :, None] * width + columns[:, None, :]
    found = x.flatten(2).gather(2, at.flatten(1)[:, None].expand(-1, channels, -1))
    return found.view(batch, channels, rows.shape[1], columns.shape[1])


def coded(plane, steps):
    """[n, h, w], 0..255, through 8 × 8 cosine transform and quantisation by `steps` [n, 1, 1, 8, 8]; rounded."""
    count, height, width = plane.shape
    cosines = cosine_matrix(plane.device)
    blocks = (plane - 128).view(count, height // 8, 8, width // 8, 8).transpose(2, 3)
    frequencies = cosines @ blocks @ cosines.T
    blocks = cosines.T @ ((frequencies / steps).round() * steps) @ cosines
    return (blocks.transpose(2, 3).reshape(plane.shape) + 128).round().clamp(0, 255)


@constant
def cosine_matrix():
    """Orthonormal, [frequency, position]."""
    frequency, position = np.mgrid[:8, :8]
    return np.cos(np.pi * (2 * position + 1) * frequency / 16) * np.where(frequency == 0, np.sqrt(1 / 8), 0.5)


@constant
def annex_k(text):
    return np.array(text.split(), float).reshape(1, 1, 1, 8, 8)


def table(text, quality):
    """Quantisation steps for a `quality` of 1..100 [batch, 1, 1, 1, 1], as libjpeg scales those of Annex K."""
    scale = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    return ((annex_k(quality.device, text) * scale + 50) / 100).floor().clamp(1, 255)
