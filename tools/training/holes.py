"""A smooth first guess for what holes hide, on the GPU: as src/engine/imaging/fill-holes.ts, where it is explained."""

import torch
import torch.nn.functional as F

SWEEPS = 8
OVER_RELAXATION = 1.5


def fill_holes(pictures, holes):
    """`pictures` [batch, c, h, w], `holes` [batch, 1, h, w], 1 where the picture is lost; sides are powers of two times
    something."""
    known = 1 - holes
    return torch.where(holes > 0, pull_push(pictures, known), pictures)


def pull_push(values, known):
    height, width = values.shape[2:]
    if height % 2 or width % 2 or min(height, width) <= 4:
        mean = (values * known).sum((2, 3), keepdim=True) / known.sum((2, 3), keepdim=True).clamp(min=1e-6)
        return known * values + (1 - known) * mean
    weight = F.avg_pool2d(known, 2)
    coarse = F.avg_pool2d(values * known, 2) / weight.clamp(min=1e-6)
    coarse = pull_push(coarse, (4 * weight).clamp(max=1))
    guess = F.interpolate(coarse, scale_factor=2.0, mode="bilinear")
    return relaxed(known * values + (1 - known) * guess, (known == 0).float())


def relaxed(values, holes):
    """Sweeps of successive over-relaxation, red squares and black ones in turns (Young 1950)."""
    height, width = values.shape[2:]
    rows = torch.arange(height, device=values.device)[:, None]
    black = ((rows + torch.arange(width, device=values.device)) & 1).float()
    steps = [OVER_RELAXATION * holes * (1 - black), OVER_RELAXATION * holes * black]
    for _ in range(SWEEPS):
        for step in steps:
            around = F.pad(values, [1] * 4, mode="replicate")
            mean = around[:, :, :-2, 1:-1] + around[:, :, 2:, 1:-1] + around[:, :, 1:-1, :-2] + around[:, :, 1:-1, 2:]
            values = values + step * (mean / 4 - values)
    return values
