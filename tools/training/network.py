"""Any model folder's network in PyTorch, built from its model.json and weights.bin: there is no second definition.

Where a network rearranges pixels in TensorFlow's channel order, the neighbouring convolution's weights are permuted
once, so that PyTorch's own pixel_shuffle does the work; `save_weights` puts them back.
"""

import hashlib
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

import winograd


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
        self.specs = model["weightsManifest"][0]["weights"]
        self.weights = torch.nn.ParameterDict()
        self.statistics = {}
        self.convolve = None  # a faster road for some convolutions: winograd.py
        self.sums = self.sums_of_convolutions()
        self.orders = self.pixel_orders()
        self.read_weights(folder)

    def read_weights(self, folder):
        """From weights.bin, in the order and the names of model.json."""
        raw = np.fromfile(os.path.join(folder, "weights.bin"), dtype=np.uint8)
        offset = 0
        fixed = {layer["name"] for layer in self.layers if not layer["config"].get("trainable", True)}
        for spec in self.specs:
            dtype = dtype_of(spec)
            size = int(np.prod(spec["shape"])) * dtype.itemsize
            values = raw[offset : offset + size].copy().view(dtype).astype("<f4").reshape(spec["shape"])
            values = torch.from_numpy(values)
            offset += size
            if values.ndim == 4:  # of both kinds of convolution: [h, w, a, b] → [b, a, h, w]
                values = values.permute(3, 2, 0, 1).contiguous()
            layer, name = spec["name"].rsplit("/", 1)
            for axis, order in self.orders_of(layer, name):
                values = values.index_select(axis, order(values.shape[axis])).contiguous()
            if name.startswith("moving"):
                self.statistics[key(layer, name)] = values
            else:
                self.weights[key(layer, name)] = torch.nn.Parameter(values, requires_grad=layer not in fixed)
        assert offset == len(raw), "weights.bin is of another network"

    def save_weights(self, folder):
        """Writes weights.bin, and its hash into manifest.json."""
        parts = []
        for spec in self.specs:
            layer, name = spec["name"].rsplit("/", 1)
            values = (self.statistics if name.startswith("moving") else self.weights)[key(layer, name)]
            values = values.detach().float().cpu()
            for axis, order in self.orders_of(layer, name):
                values = values.index_select(axis, torch.argsort(order(values.shape[axis])))
            if values.ndim == 4:
                values = values.permute(2, 3, 1, 0)
            parts.append(values.contiguous().numpy().astype(dtype_of(spec)).tobytes())
        data = b"".join(parts)
        replace_file(os.path.join(folder, "weights.bin"), data)
        manifest_file = os.path.join(folder, "manifest.json")
        with open(manifest_file, encoding="utf-8") as file:
            manifest = json.load(file)
        manifest["files"]["weights.bin"] = hashlib.sha256(data).hexdigest()
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        replace_file(manifest_file, text.encode())

    def pixel_orders(self):
        """TensorFlow orders the channels of a cell (row, column, channel), PyTorch (channel, row, column): which
        layers' weights are permuted for it, as {layer: "out" or "in", cell}."""
        orders = {}
        for layer in self.layers:
            name, kind = layer["name"], layer["class_name"]
            if kind not in ("PixelShuffle", "PixelUnshuffle"):
                continue
            cell = layer["config"]["factor"] ** 2
            if kind == "PixelShuffle":
                orders.setdefault(self.inputs[name][0], {})["out"] = cell
            else:
                for after in [other for other, inputs in self.inputs.items() if name in inputs]:
                    orders.setdefault(after, {})["in"] = cell
        return orders

    def orders_of(self, layer, name):
        """[(axis, length → order)] of one weight, a kernel being [out, in, h, w]."""
        order = lambda cell: lambda length: torch.arange(length).view(cell, -1).t().reshape(-1)
        found = self.orders.get(layer, {})
        axes = {"kernel": {"out": 0, "in": 1}, "bias": {"out": 0}}.get(name, {})
        return [(axes[end], order(cell)) for end, cell in found.items() if end in axes]

    def to(self, device, **options):
        self.statistics = {name: value.to(device) for name, value in self.statistics.items()}
        return super().to(device, **options)

    def sums_of_convolutions(self):
        """{convolution: (the layer behind it, which alone sees its output, and adds it; what it is added to)}"""
        place = {layer["name"]: i for i, layer in enumerate(self.layers)}
        seen_by = [input for inputs in self.inputs.values() for input in inputs]
        sums = {}
        for layer in self.layers:
            if layer["class_name"] != "Add" or len(self.inputs[layer["name"]]) != 2:
                continue
            other, added = self.inputs[layer["name"]]
            adder = self.layers[place[added]]
            if not winograd.suits(adder) or adder["config"]["activation"] != "linear":
                continue
            if seen_by.count(added) == 1 and place[other] < place[added]:
                sums[added] = layer["name"], other
        return sums

    def forward(self, picture):
        last_use = {name: i for i, layer in enumerate(self.layers) for name in self.inputs[layer["name"]]}
        values = {}
        for i, layer in enumerate(self.layers):
            name = layer["name"]
            if layer["class_name"] == "InputLayer":
                values[name] = picture
                continue
            inputs = [values.get(input) for input in self.inputs[name]]
            if self.convolve and name in self.sums:
                adds_it, other = self.sums[name]
                values[adds_it] = self.run(layer, inputs, values[other])
            elif name not in values:
                values[name] = self.run(layer, inputs)
            for input in set(self.inputs[name]):  # as a hand-written forward would, drop what nobody needs any more
                if last_use[input] == i:
                    values.pop(input, None)
        return values[self.output]

    def run(self, layer, inputs, added_to=None):
        kind, config, x = layer["class_name"], layer["config"], inputs[0]
        weight = lambda name: self.weights.get(key(layer["name"], name))
        if self.convolve and winograd.suits(layer):
            return self.convolve(x, weight("kernel"), weight("bias"), config["activation"] == "relu", added_to)
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
        raise ValueError(f"layer {layer['name']} is a {kind}, which network.py does not build")


def dtype_of(spec):
    """Of a weight in weights.bin: shipped models are in float16, what is being trained in float32."""
    return np.dtype("<f2" if spec.get("quantization", {}).get("dtype") == "float16" else "<f4")


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


def replace_file(path, data):
    with open(path + ".tmp", "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)
