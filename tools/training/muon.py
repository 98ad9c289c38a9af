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
            kernels = group["params"]
            for kernel in kernels:
                if not self.state[kernel]:
                    self.state[kernel]["momentum"] = torch.zeros_like(kernel)
            momenta, gradients = [self.state[kernel]["momentum"] for kernel in kernels], [kernel.grad for kernel in kernels]
            torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
            nesterov = torch._foreach_lerp(gradients, momenta, MOMENTUM)
            alike = together(range(len(kernels)), lambda i: kernels[i].shape)
            stacks = [torch.stack([as_matrix(nesterov[i]) for i in which]) for which in alike]
            for which, steps in zip(alike, orthogonal(stacks)):
                steps = steps * (RMS_OF_ADAM * max(steps.shape[1:]) ** 0.5 * group["lr"])  # a float or a tensor
                torch._foreach_sub_([kernels[i] for i in which], [as_kernel(step, kernels[which[0]].shape) for step in steps])


def together(things, key):
    """Lists of those with one key."""
    lists = {}
    for thing in things:
        lists.setdefault(key(thing), []).append(thing)
    return list(lists.values())


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


def orthogonal(stacks):
    """U Vᵀ of each singular value decomposition U S Vᵀ of stacks of matrices [count, rows, columns], roughly: Newton and
    Schulz's iteration takes each singular value to about 1. It runs on the small Gram matrices, all of one size together
    (a GPU waits for its many small steps, not for their arithmetic); the large ones are multiplied but twice."""
    wide = [stack if stack.shape[1] <= stack.shape[2] else stack.mT for stack in stacks]
    wide = [stack / (stack.norm(dim=(1, 2), keepdim=True) + 1e-7) for stack in wide]
    grams = [stack @ stack.mT for stack in wide]
    steps = [None] * len(stacks)
    for which in together(range(len(stacks)), lambda i: grams[i].shape[1]):
        factors = inverse_roots(torch.cat([grams[i] for i in which])).split([len(grams[i]) for i in which])
        for i, factor in zip(which, factors):
            step = factor @ wide[i]
            steps[i] = step if step.shape == stacks[i].shape else step.mT
    return steps


def inverse_roots(grams):
    """About G^(-1/2) of each Gram matrix G = X Xᵀ, [count, rows, rows]: what X is multiplied by."""
    a, b, c = NEWTON_SCHULZ
    identity = torch.eye(grams.shape[1], device=grams.device)
    product = identity
    for _ in range(NEWTON_SCHULZ_STEPS):
        factor = a * identity + b * grams + c * grams @ grams
        product = factor @ product
        grams = factor @ grams @ factor
    return product
