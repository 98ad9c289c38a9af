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
            for kernel in group["params"]:
                state = self.state[kernel]
                if not state:
                    state["momentum"] = torch.zeros_like(kernel)
                momentum = state["momentum"].lerp_(kernel.grad, 1 - MOMENTUM)
                step = orthogonal(as_matrix(kernel.grad.lerp(momentum, MOMENTUM)))  # Nesterov's
                step *= RMS_OF_ADAM * max(step.shape) ** 0.5
                kernel.sub_(as_kernel(step, kernel.shape), alpha=group["lr"])


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


def orthogonal(matrix):
    """U Vᵀ of the singular value decomposition U S Vᵀ, roughly: Newton and Schulz's iteration takes each singular
    value to about 1. It runs on the small Gram matrix, and the large one is multiplied but twice."""
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonal(matrix.T).T.contiguous()
    matrix = matrix / (matrix.norm() + 1e-7)
    a, b, c = NEWTON_SCHULZ
    gram = matrix @ matrix.T
    identity = torch.eye(len(gram), device=gram.device)
    product = identity
    for _ in range(NEWTON_SCHULZ_STEPS):
        factor = a * identity + b * gram + c * gram @ gram
        product = factor @ product
        gram = factor @ gram @ factor
    return product @ matrix
