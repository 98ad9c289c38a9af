import math

import torch
import torch.nn.functional as F

from .draws import between


def blur(patches, grey, spec):
    """Out of focus, about: a Gaussian, its sigma in px."""
    return gaussian_blur(patches, between(spec["sigma"], patches), max(spec["sigma"]))


def gaussian_blur(x, sigma, most):
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
