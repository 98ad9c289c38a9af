import torch

from .draws import between


def gaussian_noise(patches, grey, spec):
    """Additive, white, unclipped; `sigma` in 8-bit units."""
    noise = torch.randn_like(patches)
    noise = torch.where(grey, noise[:, :1], noise)
    return patches + between(spec["sigma"], patches) / 255 * noise
