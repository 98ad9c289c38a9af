"""Muon: the momentum of a layer's weights, orthogonalised, is its step. The same as src/engine/training/muon.ts."""

import torch

MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5
RMS_OF_ADAM = 0.2


class Muon(torch.optim.Optimizer):
    """For kernels, [out, in, height, width] or [out, in], taken as matrices of a row for each output (Jordan et
    al. 2024). A step has the size that one of Adam's has, so that the same learning rate does (Liu et al. 2025)."""

    def __init__(self, kernels):
        super().__init__(kernels, {"lr": 1.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for kernels in of_one_shape(group["params"]):
                for kernel in kernels:
                    if not self.state[kernel]:
                        self.state[kernel]["momentum"] = torch.zeros_like(kernel)
                momenta = [self.state[kernel]["momentum"] for kernel in kernels]
                gradients = [kernel.grad for kernel in kernels]
                torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
                nesterov = torch._foreach_lerp(gradients, momenta, MOMENTUM)
                steps = orthogonal(torch.stack([as_matrix(step) for step in nesterov]))
                steps *= RMS_OF_ADAM * max(steps.shape[1:]) ** 0.5 * group["lr"]  # a float or a tensor
                for kernel, step in zip(kernels, steps):
                    kernel.sub_(as_kernel(step, kernel.shape))


def of_one_shape(kernels):
    """Lists of kernels: those of one shape take their steps together."""
    lists = {}
    for kernel in kernels:
        lists.setdefault(kernel.shape, []).append(kernel)
    return lists.values()


def hidden_kernels(parameters):
    """What Muon is for: the kernels but the network's first and last."""
    kernels = [weight for weight in parameters if weight.ndim > 1]
    return kernels[1:-1]


def as_matrix(kernel):
    """[out, the rest]: no copy where the kernel lies in memory with its channels last."""
    return kernel if kernel.ndim == 2 else kernel.permute(0, 2, 3, 1).flatten(1)


def as_kernel(matrix, shape):
    if len(shape) == 2:
        return matrix
    out, channels, height, width = shape
    return matrix.view(out, height, width, channels).permute(0, 3, 1, 2)


def orthogonal(matrices):
    """U Vᵀ of each singular value decomposition U S Vᵀ, roughly: Newton and Schulz's iteration takes each singular value
    to about 1. It runs on the small Gram matrices, and the large ones [count, rows, columns] are multiplied but twice."""
    if matrices.shape[1] > matrices.shape[2]:
        return orthogonal(matrices.mT).mT.contiguous()
    matrices = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = NEWTON_SCHULZ
    gram = matrices @ matrices.mT
    identity = torch.eye(gram.shape[1], device=gram.device)
    product = identity
    for _ in range(NEWTON_SCHULZ_STEPS):
        factor = a * identity + b * gram + c * gram @ gram
        product = factor @ product
        gram = factor @ gram @ factor
    return product @ matrices
