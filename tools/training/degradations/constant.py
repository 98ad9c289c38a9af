"""Arrays that degradations need again and again."""

import functools

import numpy as np
import torch


def constant(make):
    """A function of numbers and strings that makes an array, as one that gives it as a tensor on a device: made once, since
    nothing can be brought to the GPU while a CUDA graph is recorded."""

    @functools.cache
    def made(device, *arguments):
        return torch.tensor(np.asarray(make(*arguments)), dtype=torch.float32, device=device)

    return made
