"""What is drawn for each patch, [batch, 1, 1, 1]: uniform in 0..1, normal, uniform in a span."""

import torch


def uniform(patches):
    return torch.rand(len(patches), 1, 1, 1, device=patches.device)


def normal(patches):
    return torch.randn(len(patches), 1, 1, 1, device=patches.device)


def between(span, patches):
    low, high = span
    return low + (high - low) * uniform(patches)
