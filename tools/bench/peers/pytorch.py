"""The PyTorch peer of the benchmark: builds any model folder's network from its model.json and weights.bin and runs
it, with as many threads as the argument says. Speaks the lines of JSON that peer.ts describes.

PyTorch is given its best: channels-last or not, whichever is faster here for this work; oneDNN; inference mode; Adam
as one fused operator. Where the network rearranges pixels in TensorFlow's channel order, the neighbouring
convolution's weights are permuted once, so that PyTorch's own pixel_shuffle does the work.
"""

import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

PHI = 0.6180339887498949  # as in work.ts
PLASTIC = 0.7548776662466927


class Network(torch.nn.Module):
    """The graph of a layers-model, [batch, channels, height, width] inside."""

    def __init__(self, folder):
        super().__init__()
        with open(os.path.join(folder, "model.json")) as file:
            model = json.load(file)
        topology = model["modelTopology"]
        topology = topology.get("model_config", topology)["config"]
        self.layers = topology["layers"]
        self.output = topology["output_layers"][0][0]
        self.inputs = {layer["name"]: inputs_of(layer) for layer in self.layers}
        self.weights = torch.nn.ParameterDict()
        self.statistics = {}
        self.read_weights(folder, model["weightsManifest"][0]["weights"])
        for layer in self.layers:
            self.fit_pixel_order(layer)

    def read_weights(self, folder, specs):
        raw = np.fromfile(os.path.join(folder, "weights.bin"), dtype="<f4")
        kinds = {layer["name"]: layer["class_name"] for layer in self.layers}
        offset = 0
        for spec in specs:
            size = int(np.prod(spec["shape"]))
            values = torch.from_numpy(raw[offset : offset + size].reshape(spec["shape"]).copy())
            offset += size
            if values.ndim == 4:  # of both kinds of convolution: [h, w, a, b] → [b, a, h, w]
                values = values.permute(3, 2, 0, 1).contiguous()
            layer, name = spec["name"].rsplit("/", 1)
            if kinds[layer] == "BatchNormalization" and name.startswith("moving"):
                self.statistics[key(layer, name)] = values
            else:
                self.weights[key(layer, name)] = torch.nn.Parameter(values)

    def fit_pixel_order(self, layer):
        """TensorFlow orders the channels of a cell (row, column, channel), PyTorch (channel, row, column)."""
        name, kind = layer["name"], layer["class_name"]
        if kind not in ("PixelShuffle", "PixelUnshuffle"):
            return
        cell = layer["config"]["factor"] ** 2
        with torch.no_grad():
            if kind == "PixelShuffle":
                (before,) = self.inputs[name]
                kernel, bias = self.weights[key(before, "kernel")], self.weights[key(before, "bias")]
                order = torch.arange(len(bias)).view(cell, -1).t().reshape(-1)
                kernel.copy_(kernel[order])
                bias.copy_(bias[order])
            else:
                for after in [other for other, inputs in self.inputs.items() if name in inputs]:
                    kernel = self.weights[key(after, "kernel")]
                    order = torch.arange(kernel.shape[1]).view(cell, -1).t().reshape(-1)
                    kernel.copy_(kernel[:, order])

    def to(self, device, **options):
        self.statistics = {name: value.to(device) for name, value in self.statistics.items()}
        return super().to(device, **options)

    def forward(self, picture):
        last_use = {name: i for i, layer in enumerate(self.layers) for name in self.inputs[layer["name"]]}
        values = {}
        for i, layer in enumerate(self.layers):
            name = layer["name"]
            if layer["class_name"] == "InputLayer":
                values[name] = picture
                continue
            values[name] = self.run(layer, [values[input] for input in self.inputs[name]])
            for input in set(self.inputs[name]):  # as a hand-written forward would, drop what nobody needs any more
                if last_use[input] == i:
                    del values[input]
        return values[self.output]

    def run(self, layer, inputs):
        kind, config, x = layer["class_name"], layer["config"], inputs[0]
        weight = lambda name: self.weights.get(key(layer["name"], name))
        if kind == "Conv2D":
            strides, dilation = config["strides"], config["dilation_rate"]
            x, padding = same_padding(x, config, config["kernel_size"], strides, dilation)
            x = F.conv2d(x, weight("kernel"), weight("bias"), strides, padding, dilation)
            return activate(x, config["activation"])
        if kind == "Conv2DTranspose":
            # Only without overlap: what remains to be cut or added depends on the padding.
            assert config["kernel_size"] == config["strides"], "transposed convolution with overlap"
            x = F.conv_transpose2d(x, weight("kernel"), weight("bias"), config["strides"])
            return activate(x, config["activation"])
        if kind == "MaxPooling2D":
            assert config["padding"] == "valid", "padded max-pooling"
            return F.max_pool2d(x, config["pool_size"], config["strides"])
        if kind == "UpSampling2D":
            assert config["interpolation"] == "nearest", "interpolated upsampling"
            return F.interpolate(x, scale_factor=[float(size) for size in config["size"]], mode="nearest")
        if kind == "BatchNormalization":
            mean = self.statistics[key(layer["name"], "moving_mean")]
            variance = self.statistics[key(layer["name"], "moving_variance")]
            gamma, beta, momentum = weight("gamma"), weight("beta"), 1 - config["momentum"]
            return F.batch_norm(x, mean, variance, gamma, beta, self.training, momentum, config["epsilon"])
        if kind == "Activation":
            return activate(x, config["activation"])
        if kind == "ReLU":
            return F.relu(x)
        if kind == "LeakyReLU":
            return F.leaky_relu(x, config["alpha"])
        if kind == "Dropout":
            return F.dropout(x, config["rate"], self.training)
        if kind == "Add":
            for other in inputs[1:]:
                x = x + other
            return x
        if kind == "Concatenate":
            return torch.cat(inputs, 1)
        if kind == "PixelShuffle":
            return F.pixel_shuffle(x, config["factor"])
        if kind == "PixelUnshuffle":
            return F.pixel_unshuffle(x, config["factor"])
        raise ValueError(f"layer {layer['name']} is a {kind}, which torch_bench.py does not build")


def inputs_of(layer):
    return [call[0] for call in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []


def key(layer, name):
    return f"{layer}__{name}"  # a ParameterDict takes no dots


def same_padding(x, config, kernel, strides, dilation):
    """TensorFlow's `same`: the odd pixel after the picture. → what conv2d is to be given, and its `padding`."""
    if config["padding"] == "valid":
        return x, 0
    total = []
    for size, k, s, d in zip(x.shape[2:], kernel, strides, dilation):
        total.append(max(0, (-(-size // s) - 1) * s + (k - 1) * d + 1 - size))
    if all(pad % 2 == 0 for pad in total):
        return x, [pad // 2 for pad in total]
    (top, left), (height, width) = [pad // 2 for pad in total], total
    return F.pad(x, (left, width - left, top, height - top)), 0


def activate(x, name):
    activations = {"linear": lambda x: x, "relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "elu": F.elu}
    return activations[name](x)


def pattern(shape, step):
    """The same numbers in 0..1 as work.ts makes, [batch, height, width, channels] in order."""
    values = np.modf(np.arange(1, int(np.prod(shape)) + 1, dtype=np.float64) * step)[0]
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


class Inference:
    def __init__(self, network, device, layout, sizes):
        self.network = network.eval()
        self.inputs = []
        for size in sizes:
            picture = pattern([1, size["height"], size["width"], 3], PHI).permute(0, 3, 1, 2)
            self.inputs.append(picture.contiguous(memory_format=layout))
        self.device, self.layout = device, layout

    def run(self):
        with torch.inference_mode():
            for picture in self.inputs:
                moved = picture.to(self.device, memory_format=self.layout)
                self.result = self.network(moved).cpu()

    def figures(self, samples):
        height, width = self.result.shape[2:]
        pixels = [(i * height * width) // samples for i in range(samples)]
        return [self.result[0, i % 3, p // width, p % width].item() for i, p in enumerate(pixels)]


class Training:
    def __init__(self, network, device, layout, work):
        self.network = network.train()
        shape = [work["batch"], work["patch"], work["patch"], 3]
        self.batch = [pattern(shape, step).permute(0, 3, 1, 2) for step in (PHI, PLASTIC)]
        self.device, self.layout, self.clip_norm = device, layout, work["clipNorm"]
        self.optimizer = torch.optim.Adam(network.parameters(), lr=work["learningRate"], fused=True)
        self.steps = 0

    def run(self):
        # Adam's epsilon where TensorFlow has it, before the correction of the second moment's bias.
        self.steps += 1
        self.optimizer.param_groups[0]["eps"] = 1e-8 / (1 - 0.999**self.steps) ** 0.5
        x, y = [each.to(self.device, memory_format=self.layout) for each in self.batch]
        loss = (self.network(x) - y).abs().mean()
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.clip_norm)
        self.optimizer.step()
        self.loss = loss.item()

    def figures(self, samples):
        return [self.loss]


class Peer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.threads = threads

    def hello(self):
        name = torch.cuda.get_device_name() if self.device == "cuda" else "CPU"
        return {"engine": f"PyTorch {torch.__version__.split('+')[0]}", "device": name}

    def prepare(self, folder, onnx, work):
        """Takes the memory layout that is faster for this work."""
        fastest = None
        for layout in (torch.contiguous_format, torch.channels_last):
            network = Network(folder).to(self.device, memory_format=layout)
            if work["kind"] == "inference":
                candidate = Inference(network, self.device, layout, work["sizes"])
            else:
                candidate = Training(network, self.device, layout, work)
            seconds = timed(candidate.run)
            if seconds < 5:  # else there is no need for a warm-up
                seconds = min(timed(candidate.run), timed(candidate.run))
            if fastest is None or seconds < fastest[0]:
                fastest = (seconds, layout)
        # Anew, so that training begins at its first step.
        self.work = None
        network = Network(folder).to(self.device, memory_format=fastest[1])
        if work["kind"] == "inference":
            self.work = Inference(network, self.device, fastest[1], work["sizes"])
        else:
            self.work = Training(network, self.device, fastest[1], work)
        return {}

    def run(self, samples):
        seconds = timed(self.work.run)
        return {"ms": 1000 * seconds, "figures": self.work.figures(samples)}


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main():
    peer = Peer(int(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(peer, request.pop("ask"))(**request)
        except Exception as error:  # whatever it is, the benchmark says so and goes on with the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
