"""3x3 convolutions on a CPU in about a third of the time that PyTorch takes to train them: winograd.cpp, differentiable.

It is compiled when it is first asked for. Numbers differ from PyTorch's by some 1e-6 of their size.
"""

import ctypes
import hashlib
import os
import subprocess
import sys

import torch
import torch.nn.functional as F

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "winograd.cpp")
CHANNELS = 16  # at a time
MOST_CHANNELS = 4096
LAST = {"memory_format": torch.channels_last}


def load():
    """The compiled library; None, with a word on stderr, where there is no compiler or no AVX2."""
    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        print("No AVX2 here: convolutions are PyTorch's own.", file=sys.stderr)
        return None
    compiler = [os.environ.get("CXX", "c++"), "-O3", "-mavx2", "-mfma", "-ffast-math", "-fopenmp", "-fPIC", "-shared"]
    with open(SOURCE, "rb") as file:
        name = hashlib.sha256(file.read() + " ".join(compiler).encode()).hexdigest()[:16]
    built = os.path.join(os.path.dirname(SOURCE), "__pycache__", f"winograd-{name}.so")
    if not os.path.exists(built):
        os.makedirs(os.path.dirname(built), exist_ok=True)
        ours = f"{built}.{os.getpid()}"
        try:
            subprocess.run([*compiler, SOURCE, "-o", ours], check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            why = getattr(error, "stderr", None) or error
            print(f"winograd.cpp can't be compiled, convolutions are PyTorch's own: {why}", file=sys.stderr)
            return None
        os.replace(ours, built)
    return ctypes.CDLL(built)


def suits(layer):
    """Whether a layer is a convolution of this kind."""
    config = layer["config"]
    return (
        layer["class_name"] == "Conv2D"
        and [config["kernel_size"], config["strides"], config["dilation_rate"]] == [[3, 3], [1, 1], [1, 1]]
        and config["padding"] == "same"
        and config["use_bias"]
        and config["filters"] <= MOST_CHANNELS
        and config["activation"] in ("linear", "relu")
    )


def convolution(library):
    """→ a function of a picture [batch, in, height, width], a kernel [out, in, 3, 3], a bias [out], whether a ReLU follows,
    and what the result is added to [batch, out, height, width], or None."""

    class Convolution(torch.autograd.Function):
        @staticmethod
        def forward(context, x, kernel, bias, relu, added_to):
            x = x.contiguous(**LAST)
            y = convolve(library, x, None, kernel, bias, relu, added_to)
            context.adds = added_to is not None
            context.save_for_backward(x, kernel, y if relu else None)
            return y

        @staticmethod
        def backward(context, dy):
            x, kernel, gate = context.saved_tensors
            dy = dy.contiguous(**LAST)
            dx = None
            if context.needs_input_grad[0]:
                dx = convolve(library, dy, gate, kernel.flip(2, 3).transpose(0, 1), None, False, None)
            return dx, *gradients(library, x, dy, gate, kernel.shape), None, dy if context.adds else None

    def run(x, kernel, bias, relu, added_to=None):
        assert not (relu and added_to is not None), "the gate of the gradient would be the sum"
        out, channels = kernel.shape[:2]
        assert channels <= MOST_CHANNELS
        more, more_out = -channels % CHANNELS, -out % CHANNELS  # channels of zeros
        if more:
            x, kernel = F.pad(x, (0, 0, 0, 0, 0, more)), F.pad(kernel, (0, 0, 0, 0, 0, more))
        if not more_out:
            return Convolution.apply(x, kernel, bias, relu, added_to)
        kernel, bias = F.pad(kernel, (0, 0, 0, 0, 0, 0, 0, more_out)), F.pad(bias, (0, more_out))
        y = Convolution.apply(x, kernel, bias, relu, None)[:, :out]
        return y if added_to is None else y + added_to

    return run


def convolve(library, x, gate, kernel, bias, relu, added_to):
    kernel = kernel.permute(2, 3, 1, 0).contiguous()
    channels, out = kernel.shape[2:]
    transformed = torch.empty(36 * channels * out)
    library.winograd_kernel(at(kernel), channels, out, at(transformed))
    batch, _, height, width = x.shape
    y = torch.empty((batch, out, height, width), **LAST)
    added_to = None if added_to is None else added_to.contiguous(**LAST)
    sizes = (batch, height, width, channels, out)
    library.winograd_convolve(at(x), at(gate), at(transformed), at(bias), int(relu), at(added_to), at(y), *sizes)
    return y


def gradients(library, x, dy, gate, shape):
    """Of a kernel of that shape, and of the bias."""
    out, channels = shape[:2]
    kernel, bias = torch.empty((3, 3, channels, out)), torch.empty(out)
    batch, _, height, width = x.shape
    sizes = (batch, height, width, channels, out)
    library.winograd_gradient(at(x), at(dy), at(gate), at(kernel), at(bias), *sizes)
    return kernel.permute(3, 2, 0, 1).contiguous(**LAST), bias


def at(tensor):
    """Where its numbers lie."""
    return ctypes.c_void_p(None if tensor is None else tensor.data_ptr())
