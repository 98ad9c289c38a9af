"""How pictures get worse, on the GPU: the degradations of src/engine/degradations that training there has.

Each takes patches [batch, 3, height, width], 0..1, which of them are grey [batch, 1, 1, 1] (their three channels are
alike), and the recipe's line; it gives the patches made worse. What it draws, it draws for each patch anew. Nothing here
waits for the GPU, so that a CUDA graph can hold it all. degradations.test.ts holds them to those in TypeScript.
"""

import functools
import math

import numpy as np
import torch
import torch.nn.functional as F


def constant(make):
    """A function of numbers and strings that makes an array, as one that gives it as a tensor on a device: made once, since
    nothing can be brought to the GPU while a CUDA graph is recorded."""

    @functools.cache
    def made(device, *arguments):
        return torch.tensor(np.asarray(make(*arguments)), dtype=torch.float32, device=device)

    return made


def gaussian_noise(patches, grey, spec):
    """Additive, white, unclipped."""
    noise = torch.randn_like(patches)
    noise = torch.where(grey, noise[:, :1], noise)
    return patches + between(spec["sigma"], patches) / 255 * noise


def downscale(patches, grey, spec):
    """Bicubic to 1/scale, rounded to 8 bits, and bicubic back."""
    height, width = patches.shape[2:]
    scale = spec["scale"]
    assert height % scale == 0 and width % scale == 0, "the patch is no multiple of the scale"
    small = to_bytes(resized(patches, height // scale, width // scale)) / 255
    return resized(small, height, width)


def blur(patches, grey, spec):
    return gaussian_blur(patches, between(spec["sigma"], patches))


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


def gaussian_blur(x, sigma, most=3.5):
    """[batch, channels, h, w], each patch by its own `sigma` [batch, 1, 1, 1], px, `most` at most. None below 0.2 px."""
    batch, channels, height, width = x.shape
    radius = math.ceil(3 * most)
    at = torch.arange(-radius, radius + 1, device=x.device, dtype=x.dtype)
    sigma = sigma.view(batch, 1)
    kernel = torch.exp(-at.square() / (2 * sigma.clamp(min=0.05).square()))
    kernel = torch.where((at.abs() <= torch.ceil(3 * sigma)) & (sigma >= 0.2), kernel, (at == 0).to(x.dtype))
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    groups = batch * channels
    planes = F.pad(x.reshape(1, groups, height, width), [radius] * 4, mode="reflect")
    planes = F.conv2d(planes, kernel.view(groups, 1, 1, -1), groups=groups)
    return F.conv2d(planes, kernel.view(groups, 1, -1, 1), groups=groups).view(x.shape)


# ------------------------------------------------------------------------------------------------------------- JPEG

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


# --------------------------------------------------------------------------------------------------- a camera's noise

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


# ----------------------------------------------------------------------------------------------------- lists of them

DEGRADATIONS = {
    "gaussian-noise": gaussian_noise,
    "camera-noise": camera_noise,
    "jpeg": jpeg,
    "blur": blur,
    "downscale": downscale,
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
                raise ValueError(f"{spec['kind']} is not made on the GPU: train without --gpu-batches.")
            patches = DEGRADATIONS[spec["kind"]](patches, grey, spec)
    return patches


def shares(weights, count):
    """`count` things in whole numbers, as the weights say."""
    ends = np.round(np.cumsum(weights) / sum(weights) * count).astype(int)
    return np.diff(ends, prepend=0).tolist()


def to_bytes(x):
    return (255 * x.clamp(0, 1)).round()


def uniform(patches):
    return torch.rand(len(patches), 1, 1, 1, device=patches.device)


def normal(patches):
    return torch.randn(len(patches), 1, 1, 1, device=patches.device)


def between(span, patches):
    low, high = span
    return low + (high - low) * uniform(patches)
