import math

import numpy as np
import torch
import torch.nn.functional as F

from .blur import gaussian_blur
from .constant import constant
from .draws import between, normal, uniform

# How finely 0..1 is sampled, as in camera-tone.ts; and in how many tables, where that draws the contrast freely.
STEPS = 4096
CONTRASTS = 64


def camera_noise(patches, grey, spec):
    """Poisson–Gaussian on a Bayer mosaic, then what a camera does to it (Brooks et al. 2019): see camera-noise.ts."""
    low, high = (math.log(max(value, 1e-6)) for value in spec["shot"])
    log_shot = between([low, high], patches)
    shot, read = log_shot.exp(), (2.18 * log_shot + 1.2 + 0.26 * normal(patches)).exp()
    contrast = (uniform(patches) * CONTRASTS).long().clamp(max=CONTRASTS - 1)
    forward, inverse = tone_tables(patches.device)
    linear = read_table(inverse, contrast, patches)

    camera = draw_camera(patches)  # [batch, 3, 3]: camera colours → linear ones
    signal = mixed(inverse_of(camera), linear)
    sites = bayer_sites(patches)  # [batch, 3, h, w], 1 where a site sees that colour
    variance = shot * (signal * sites).sum(1, keepdim=True).clamp(min=0) + read
    mosaic = variance.sqrt() * torch.randn_like(variance)
    noise = mixed(camera, demosaiced(mosaic * sites))

    difference = read_table(forward, contrast, linear + noise) - read_table(forward, contrast, linear)
    red, green, blue = difference.split(1, 1)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    red, blue = red - luma, blue - luma
    luma = gaussian_blur(luma, between(spec["lumaSmoothing"], patches), max(spec["lumaSmoothing"]))
    soft = gaussian_blur(luma, torch.ones_like(shot), 1)
    luma = luma + between(spec["sharpening"], patches) * (luma - soft)
    chroma = gaussian_blur(
        torch.cat([red, blue], 1), between(spec["chromaSmoothing"], patches), max(spec["chromaSmoothing"])
    )
    red, blue = chroma[:, :1], chroma[:, 1:]
    colours = torch.cat([red, -(0.299 * red + 0.114 * blue) / 0.587, blue], 1)
    return (patches + luma + torch.where(grey, 0.0, colours)).clamp(0, 1)


@constant
def tone_tables():
    """[2, contrasts, steps + 1], forward and inverse: sRGB's gamma and a share of the smoothstep, as in camera-tone.ts."""
    light = np.arange(STEPS + 1) / STEPS
    gamma = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    smooth = gamma * gamma * (3 - 2 * gamma)
    shares = (np.arange(CONTRASTS) + 0.5) / CONTRASTS
    forward = [gamma + share * 0.8 * (smooth - gamma) for share in shares]
    return [forward, [np.interp(light, curve, light) for curve in forward]]


def read_table(tables, row, at):
    """Each patch through its own `row` of the tables, linear between samples; clipped to 0..1."""
    position = (at.clamp(0, 1) * STEPS).clamp(max=STEPS - 1e-3)
    below = position.long()
    start = row * (STEPS + 1) + below
    flat = tables.flatten()
    low, high = flat[start], flat[start + 1]
    return low + (position - below) * (high - low)


def draw_camera(patches):
    """[batch, 3, 3]: the colour matrix, its rows of sum 1, times the gains of white balance."""
    u = lambda low, high: between([low, high], patches).flatten()
    exposure = 1 / (0.8 + 0.1 * normal(patches).flatten().clamp(-2, 2))
    gains = torch.stack([exposure * u(1.9, 2.4), exposure, exposure * u(1.5, 1.9)], 1)
    rg, rb, gr, gb, br, bg = u(-0.9, -0.3), u(-0.25, 0.1), u(-0.35, -0.05), u(-0.6, -0.2), u(-0.1, 0.15), u(-0.8, -0.3)
    rows = [1 - rg - rb, rg, rb, gr, 1 - gr - gb, gb, br, bg, 1 - br - bg]
    return torch.stack(rows, 1).view(-1, 3, 3) * gains[:, None, :]


def inverse_of(matrices):
    """Of [batch, 3, 3]."""
    a, b, c = matrices.unbind(1)
    cofactors = torch.stack([torch.linalg.cross(b, c), torch.linalg.cross(c, a), torch.linalg.cross(a, b)], 2)
    return cofactors / (a * cofactors[:, :, 0]).sum(1).view(-1, 1, 1)


def mixed(matrices, x):
    """[batch, m, n] of the channels of [batch, n, h, w]."""
    return (matrices @ x.flatten(2)).view(x.shape)


def bayer_sites(patches):
    """[batch, 3, h, w]: the mosaic begins at one of its four places."""
    height, width = patches.shape[2:]
    phase = (uniform(patches) * 4).long().clamp(max=3)
    column = (torch.arange(width, device=patches.device).view(1, 1, 1, -1) + phase) & 1
    row = (torch.arange(height, device=patches.device).view(1, 1, -1, 1) + (phase >> 1)) & 1
    red, blue = (row == 0) & (column == 0), (row == 1) & (column == 1)
    return torch.cat([red, ~(red | blue), blue], 1).float()


def demosaiced(planes):
    """Bilinear: a missing colour is the mean of its nearest sites."""
    return F.conv2d(F.pad(planes, [1] * 4, mode="reflect"), demosaicing_kernels(planes.device), groups=3)


@constant
def demosaicing_kernels():
    green = [[0, 0.25, 0], [0.25, 1, 0.25], [0, 0.25, 0]]
    other = [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]
    return [[other], [green], [other]]
