"""A faster road for maintainers: trains a restoration recipe with PyTorch, on a GPU where there is one.

    python3 tools/training/train.py --recipe recipes/denoise-fast.json --data ../shared/data \\
        --run runs/denoise-fast --out models/denoise-fast

The network is built from the model.json that Limpid writes for the recipe, and the batches come through a pipe from
batches.ts: neither is defined a second time. Loss, optimizer, learning rate, averaged weights and validation are those
of src/engine/training. On a CPU most convolutions are winograd.py's. A run that is killed goes on from its last
checkpoint; the one with the best mean PSNR on the validation pictures becomes the model.
"""

import argparse
import json
import math
import os
import queue
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import torch

import winograd
from muon import Muon, hidden_kernels
from network import Network, replace_file

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MAGIC = 0x4C4D5042
CHECKPOINT_SECONDS = 180


def main():
    train_recipe(Trainer, parse_options())


def train_recipe(trainer_of, options):
    """Trains the recipe, after the one that it starts from where it names one: inside its run, and once. Whether the last
    step was reached."""
    with open(options.recipe, encoding="utf-8") as file:
        recipe = json.load(file)
    os.makedirs(options.run, exist_ok=True)
    options.init = os.path.join(ROOT, recipe["init"]) if "init" in recipe else None
    if options.init is not None and options.init.endswith(".json"):
        first = argparse.Namespace(**vars(options))
        first.recipe, first.run = options.init, os.path.join(options.run, "init")
        first.seconds = None  # train_on_gpu.py's time is that of the last recipe
        options.init = first.out = os.path.abspath(os.path.join(first.run, "out"))
        if not os.path.exists(os.path.join(first.out, "manifest.json")) and not train_recipe(trainer_of, first):
            return False
    trainer = trainer_of(recipe, options)
    finished = trainer.train()
    if finished:
        trainer.write_model(options.out)
        print(f"The model of {recipe['id']} {recipe['version']} is in {options.out}.", flush=True)
    return finished


def parse_options():
    parser = trainer_options(__doc__)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop with a checkpoint after so long")
    return parser.parse_args()


def trainer_options(description):
    """Those of every trainer here."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--run", required=True, help="folder of checkpoints; a run that is there goes on")
    parser.add_argument("--out", required=True, help="folder that the finished model is written into")
    parser.add_argument("--node", default=os.environ.get("LIMPID_NODE", default_node()))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser


def default_node():
    own = os.path.join(ROOT, "node_modules", ".bin", "node")
    return own if os.path.exists(own) else "node"


class Trainer:
    def __init__(self, recipe, options):
        self.recipe, self.options = recipe, options
        self.optimizer_spec = recipe["optimizer"]
        self.steps = sum(stage["steps"] for stage in recipe["stages"])
        self.draft = os.path.join(options.run, "model")
        if not os.path.exists(os.path.join(self.draft, "weights.bin")):
            self.write_untrained(self.draft)
        self.network = Network(self.draft).to(options.device, memory_format=torch.channels_last)
        if not self.on_gpu() and (library := winograd.load()):
            self.network.convolve = winograd.convolution(library)
        self.average = [weight.detach().clone() for weight in self.network.parameters()]
        trained = [weight for weight in self.network.parameters() if weight.requires_grad]
        by_muon = hidden_kernels(trained) if self.optimizer_spec["kind"] == "muon" else []
        by_adam = [weight for weight in trained if all(weight is not other for other in by_muon)]
        self.adam = torch.optim.Adam(by_adam, lr=torch.tensor(1.0), fused=True, capturable=self.on_gpu())
        self.optimizers = [self.adam, *([Muon(by_muon)] if by_muon else [])]
        # On the device, where a CUDA graph of a step finds them.
        self.rate, self.keep = torch.zeros(2, device=options.device).unbind()
        self.step, self.best, self.history = 0, None, []
        self.resume()
        for optimizer in self.optimizers:
            optimizer.param_groups[0]["lr"] = self.rate
        self.validation = list(self.validation_batches())

    def write_untrained(self, folder):
        tool = os.path.join(ROOT, "tools", "training", "untrained.ts")
        recipe = os.path.abspath(self.options.recipe)
        command = [self.options.node, tool, "--recipe", recipe, "--out", os.path.abspath(folder)]
        if self.options.init is not None:
            command += ["--init", self.options.init]
        subprocess.run(command, check=True, cwd=ROOT)

    def on_gpu(self):
        return self.options.device.startswith("cuda")

    def validation_batches(self):
        return self.batches("--validation")

    def train(self):
        """Whether the last step was reached."""
        self.network.train()
        self.begin("init" in self.recipe)
        began = reported = saved = time.monotonic()
        losses, pixels = [], 0
        every = self.recipe["validation"]["everySteps"]
        for step, x, y in ahead(self.batches("--first", str(self.step), "--workers", str(self.options.workers))):
            assert step == self.step, f"batch {step} came for step {self.step}"
            self.set_rates()
            losses.append(self.train_step(x, y))
            pixels += x.shape[0] * x.shape[2] * x.shape[3]
            self.step += 1
            now = time.monotonic()
            if now - reported > 10:
                loss = torch.stack(losses).mean().item()
                if not math.isfinite(loss):
                    sys.exit(f"The loss became {loss} near step {self.step}: resume with a lower learning rate.")
                speed = pixels / (now - reported) / 1000
                print(f"step {self.step} of {self.steps}, loss {loss:.5f}, {speed:.0f} kpx/s", flush=True)
                losses, pixels, reported = [], 0, now
            if self.step % every == 0 or self.step == self.steps:
                self.validate()
                self.save()
                saved = reported = time.monotonic()
                pixels = 0
            elif now - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = now
            if now - began > 60 * self.options.minutes:
                break
        self.save()
        return self.step >= self.steps

    def begin(self, validate):
        """Keeps the first weights of a new run in a checkpoint, before better ones are written over the model's; with
        `validate` they are the best so far."""
        if os.path.exists(self.checkpoint_file()):
            return
        if validate:
            self.validate()
        self.save()

    def set_rates(self):
        """What changes from step to step."""
        self.rate.fill_(self.learning_rate())
        # TensorFlow has Adam's epsilon before the correction of the second moment's bias.
        self.adam.param_groups[0]["eps"] = 1e-8 / math.sqrt(1 - 0.999 ** (self.step + 1))
        # Early on, the average of what there was: else the first weights would weigh for long.
        self.keep.fill_(min(self.optimizer_spec.get("ema", 0), (2 + self.step) / (11 + self.step)))

    def train_step(self, x, y):
        loss = self.loss_of(x, y)
        self.network.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.optimizer_spec["clipNorm"])
        for optimizer in self.optimizers:
            optimizer.step()
        if "ema" in self.optimizer_spec:
            weights = [weight.detach() for weight in self.network.parameters()]
            torch._foreach_mul_(self.average, self.keep)
            torch._foreach_add_(self.average, torch._foreach_mul(weights, 1 - self.keep))
        return loss.detach()

    def loss_of(self, x, y):
        with torch.autocast("cuda", torch.bfloat16, enabled=self.on_gpu(), cache_enabled=False):
            difference = self.network(x) - y
        return self.loss(difference.float(), lost_pixels(x, y))

    def loss(self, difference, lost):
        """Mean over all numbers, or over those of the lost pixels: nothing else of an inpaint network's is used."""
        kind = self.recipe["loss"]
        if kind == "l1":
            error = difference.abs()
        elif kind == "l2":
            error = difference.square()
        else:
            assert kind == "charbonnier"
            error = (difference.square() + 1e-6).sqrt()
        if lost is None:
            return error.mean()
        return (error * lost).sum() / (lost.sum() * error.shape[1]).clamp(min=1)

    def learning_rate(self):
        """Of each cycle: linear warm-up, then cosine decay to 0."""
        spec, done = self.optimizer_spec, self.position()
        cycles = cycles_of(self.recipe["stages"])
        while len(cycles) > 1 and done >= cycles[0][0]:
            done -= cycles.pop(0)[0]
        steps, share = cycles[0]
        peak, warmup = share * spec["learningRate"], spec["warmupSteps"]
        if done < warmup:
            return peak * (done + 1) / warmup
        if spec.get("decay") == "none":
            return peak
        decayed = (done - warmup) / max(1, steps - warmup)
        return 0.5 * peak * (1 + math.cos(math.pi * min(1, decayed)))

    def position(self):
        """In the schedule, steps."""
        return self.step

    def validate(self):
        self.require_finite()
        sums = {}
        with self.averaged(), torch.inference_mode():
            self.network.eval()
            for setting, x, y in self.validation:
                restored = self.network(x).clamp(0, 1)
                lost = lost_pixels(x, restored)
                if y.shape[1] == 1:  # of a picture that was made grey what counts is the mean of the three channels
                    restored = restored.mean(1, keepdim=True)
                error = (restored - y.clamp(0, 1)).square()
                if lost is not None:
                    error = error * lost * (lost.numel() / lost.sum())
                error = error.mean().item()
                sums.setdefault(setting, []).append(-10 * math.log10(max(error, 1e-10)))
            self.network.train()
        psnr = [sum(values) / len(values) for _, values in sorted(sums.items())]
        score = sum(psnr) / len(psnr)
        self.history.append({"step": self.step, "psnr": psnr, "learningRate": self.learning_rate()})
        print(f"step {self.step}, validation {' / '.join(f'{value:.2f}' for value in psnr)} dB", flush=True)
        if self.best is None or score > self.best["score"]:
            self.best = {"step": self.step, "score": score}
            with self.averaged():
                self.network.save_weights(self.draft)

    def require_finite(self):
        """Before anything is written over: the checkpoint before stays good."""
        if not all(weight.isfinite().all() for weight in self.network.parameters()):
            sys.exit(f"The weights are no numbers at step {self.step}: resume with a lower learning rate.")

    def averaged(self):
        return Averaged(self.network, self.average, "ema" in self.optimizer_spec)

    def batches(self, *arguments):
        """(step, input, target) of each batch, the tensors [batch, channels, height, width], as batches.ts writes them."""
        tool = os.path.join(ROOT, "tools", "training", "batches.ts")
        command = [self.options.node, tool, "--recipe", self.options.recipe, "--data", self.options.data, *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 20) as child:
            try:
                while header := child.stdout.read(24):
                    magic, step, batch, patch, inputs, targets = np.frombuffer(header, "<i4").tolist()
                    assert magic == MAGIC, "the stream of batches is broken"
                    read = lambda channels: self.tensor(child.stdout, [batch, patch, patch, channels])
                    yield step, read(inputs), read(targets)
            finally:
                child.terminate()
        if child.returncode not in (0, -15):
            sys.exit("batches.ts failed; it says why above.")

    def tensor(self, stream, shape):
        values = np.frombuffer(bytearray(stream.read(4 * math.prod(shape))), "<f4").reshape(shape)
        return torch.from_numpy(values).permute(0, 3, 1, 2).to(self.options.device)

    def checkpoint_file(self):
        return os.path.join(self.options.run, "checkpoint.pt")

    def save(self):
        self.require_finite()
        torch.save(self.state(), self.checkpoint_file() + ".tmp")
        os.replace(self.checkpoint_file() + ".tmp", self.checkpoint_file())
        replace_file(os.path.join(self.options.run, "history.json"), json.dumps(self.history, indent=1).encode())

    def state(self):
        """What a checkpoint holds."""
        return {
            "recipe": self.recipe,
            "step": self.step,
            "best": self.best,
            "history": self.history,
            "weights": self.network.state_dict(),
            "statistics": self.network.statistics,
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def resume(self):
        if not os.path.exists(self.checkpoint_file()):
            return
        state = torch.load(self.checkpoint_file(), map_location=self.options.device, weights_only=True)
        network_of = lambda recipe: [recipe[key] for key in ("id", "task", "architecture", "seed")]
        if network_of(state["recipe"]) != network_of(self.recipe):
            sys.exit(f"{self.options.run} holds a run of another network or seed: name another folder with --run.")
        if state["recipe"] != self.recipe:
            self.take_over_recipe()
        self.restore(state)
        print(f"Going on after step {self.step}.", flush=True)

    def restore(self, state):
        self.step, self.best, self.history = state["step"], state["best"], state["history"]
        self.network.load_state_dict(state["weights"])
        self.network.statistics.update(state["statistics"])
        self.average = state["average"]
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def take_over_recipe(self):
        """The model's manifest and card tell of the recipe as it is now; its weights stay."""
        new = self.draft + ".new"
        self.write_untrained(new)
        with open(os.path.join(new, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        with open(os.path.join(self.draft, "manifest.json"), encoding="utf-8") as file:
            manifest["files"] = json.load(file)["files"]
        replace_file(os.path.join(self.draft, "manifest.json"), json.dumps(manifest, indent=2).encode())
        os.replace(os.path.join(new, "card.md"), os.path.join(self.draft, "card.md"))
        shutil.rmtree(new)

    def write_model(self, folder):
        os.makedirs(folder, exist_ok=True)
        for name in os.listdir(self.draft):
            shutil.copy(os.path.join(self.draft, name), folder)


def cycles_of(stages):
    """Steps and share of the learning rate of each, as learning-rate.ts has them."""
    cycles = []
    for stage in stages:
        if cycles and "restart" not in stage:
            cycles[-1] = (cycles[-1][0] + stage["steps"], cycles[-1][1])
        else:
            cycles.append((stage["steps"], stage.get("restart", 1)))
    return cycles


def lost_pixels(x, y):
    """[batch, 1, height, width], 1 where the picture is lost: the channel that an inpaint network has more. Else None."""
    channels = y.shape[1]
    return x[:, channels:] if x.shape[1] == channels + 1 else None


class Averaged:
    """The network with its averaged weights, for as long as the block lasts."""

    def __init__(self, network, average, wanted):
        self.network, self.average, self.wanted = network, average, wanted

    def __enter__(self):
        self.swap()

    def __exit__(self, *_):
        self.swap()

    @torch.no_grad()
    def swap(self):
        if not self.wanted:
            return
        for weight, average in zip(self.network.parameters(), self.average):
            kept = weight.detach().clone()
            weight.copy_(average)
            average.copy_(kept)


def ahead(items, depth=4):
    """The same items, read on a thread of their own while the caller computes."""
    waiting = queue.Queue(depth)
    end = object()

    def read():
        try:
            for item in items:
                waiting.put(item)
            waiting.put(end)
        except BaseException as error:  # handed to the caller
            waiting.put(error)

    threading.Thread(target=read, daemon=True).start()
    while (item := waiting.get()) is not end:
        if isinstance(item, BaseException):
            raise item
        yield item


if __name__ == "__main__":
    main()
