"""The PyTorch peer of the benchmark: builds any model folder's network from its model.json and weights.bin and runs
it, with as many threads as the argument says. Speaks the lines of JSON that peer.ts describes.

PyTorch is given its best: channels-last or not, whichever is faster here for this work; oneDNN; inference mode; Adam
as one fused operator.
"""

import json
import os
import sys
import time

import numpy as np
import torch

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "..", "training"))
from network import Network  # noqa: E402

PHI = 0.6180339887498949  # as in work.ts
PLASTIC = 0.7548776662466927


def pattern(shape, step):
    """The same numbers in 0..1 as work.ts makes, [batch, height, width, channels] in order."""
    values = np.modf(np.arange(1, int(np.prod(shape)) + 1, dtype=np.float64) * step)[0]
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


class Inference:
    def __init__(self, network, device, layout, work):
        self.network = network.eval()
        self.inputs = []
        self.channels = work["channels"]
        for size in work["sizes"]:
            picture = pattern([1, size["height"], size["width"], self.channels["input"]], PHI).permute(0, 3, 1, 2)
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
        return [self.result[0, i % self.channels["output"], p // width, p % width].item() for i, p in enumerate(pixels)]


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
                candidate = Inference(network, self.device, layout, work)
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
            self.work = Inference(network, self.device, fastest[1], work)
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
