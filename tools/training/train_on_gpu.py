"""The fastest road for maintainers: everything on one GPU. Pictures, their degradations and the step itself are one CUDA
graph, and no Node is needed where the run folder holds the untrained model already:

    node tools/training/untrained.ts --recipe recipes/denoise-fast.json --out runs/denoise-fast/model
    python3 tools/training/train_on_gpu.py --recipe recipes/denoise-fast.json --data ../shared/data \\
        --run runs/denoise-fast --out models/denoise-fast [--seconds 120] [--masks masks.npz]

Loss, optimizer, validation and checkpoints are train.py's. With --seconds the schedule takes that long, whatever the
GPU's speed: the learning rate follows the clock, which stands while the training does, and the steps that were taken are
written into the recipe that lies in the run folder (the model's manifest has those that were asked for). An inpaint recipe
takes its holes from the file of --masks (masks.py). On a machine without a GPU it runs too, slowly and without a graph: for
tests. Several trainings at a time fill a large GPU better than one, under NVIDIA's MPS (nvidia-cuda-mps-control -d).
"""

import json
import math
import os
import time

import numpy as np
import torch

from gpu_batches import GpuBatches
from train import CHECKPOINT_SECONDS, Trainer, train_recipe, trainer_options

WARM_UP_RUNS = 4
# The loss is read, and the clock, once in so many steps: reading waits for the GPU.
STEPS_AHEAD = 20
# In a run of --seconds.
VALIDATIONS = 6


def main():
    parser = trainer_options(__doc__)
    parser.add_argument("--seconds", type=float, help="take so long, in place of the recipe's number of steps")
    parser.add_argument("--masks", help="for inpaint: what masks.py wrote")
    options = parser.parse_args()
    torch.backends.cudnn.benchmark = True
    train_recipe(GpuTrainer, options)


class GpuTrainer(Trainer):
    def __init__(self, recipe, options):
        masks = read_masks(options.masks, options.device) if options.masks else None
        torch.manual_seed(recipe["seed"])
        self.source = GpuBatches(recipe, options.data, options.device, masks)
        self.began = None  # when the first step is recorded: compiling takes its own time
        self.seconds_before = 0.0
        self.stage, self.taken = 0, [0 for _ in recipe["stages"]]  # the steps taken of each stage
        super().__init__(recipe, options)
        if self.on_gpu():
            self.loss_of = torch.compile(self.loss_of)
        torch.manual_seed(recipe["seed"] + self.step)

    def validation_batches(self):
        return self.source.validation()

    def position(self):
        """With --seconds the clock's."""
        if self.options.seconds is None:
            return super().position()
        return self.steps * self.seconds() / self.options.seconds

    def seconds(self):
        """Of the whole run."""
        return self.seconds_before + (0 if self.began is None else time.monotonic() - self.began)

    def state(self):
        return {**super().state(), "seconds": self.seconds(), "taken": self.taken}

    def restore(self, state):
        super().restore(state)
        self.seconds_before = state.get("seconds", 0.0)  # train.py's checkpoints have neither
        taken = state.get("taken", [])
        self.taken[: len(taken)] = taken

    def train(self):
        self.network.train()
        self.begin(validate=True)
        behind = 0
        for number, stage in enumerate(self.recipe["stages"]):
            behind += stage["steps"]
            self.stage = number
            self.train_stage(stage, lambda: self.position() >= behind)
        if not self.history or self.history[-1]["step"] != self.step:
            self.validate()
        self.save()
        with open(os.path.join(self.options.run, "recipe.json"), "w", encoding="utf-8") as file:
            json.dump(self.recipe_taken(), file, indent=2, ensure_ascii=False)
        return True

    def recipe_taken(self):
        if self.options.seconds is None:
            return self.recipe
        stages = [{**stage, "steps": taken} for stage, taken in zip(self.recipe["stages"], self.taken) if taken > 0]
        return {**self.recipe, "stages": stages}

    def train_stage(self, stage, is_over):
        if is_over():  # before a graph is recorded, which takes steps
            return
        patch, batch = stage["patch"], stage["batch"]
        run = self.recorded(lambda: self.train_step(*self.draw(patch, batch)))
        self.began = self.began or time.monotonic()
        reported = saved = validated = time.monotonic()
        pixels = 0
        while not is_over():
            for _ in range(STEPS_AHEAD):
                loss = self.advance(run)
            pixels += STEPS_AHEAD * batch * patch**2
            value = loss.item()  # waits for the GPU
            if not math.isfinite(value):
                raise ArithmeticError(f"The loss became {value} near step {self.step}: try a lower learning rate.")
            now = time.monotonic()
            if now - reported > 5:
                speed = pixels / (now - reported) / 1e6
                print(f"step {self.step}, loss {value:.5f}, {speed:.1f} Mpx/s", flush=True)
                reported, pixels = now, 0
            if self.is_time_to_validate(now - validated):
                self.validate()
                self.save()
                validated = reported = saved = time.monotonic()
                pixels = 0
            elif now - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = now

    def advance(self, run):
        """By one step. Its loss."""
        self.set_rates()
        loss = run()
        self.step += 1
        self.taken[self.stage] += 1
        return loss

    def is_time_to_validate(self, seconds):
        if self.options.seconds is not None:
            return seconds > self.options.seconds / VALIDATIONS
        return self.step % self.recipe["validation"]["everySteps"] < STEPS_AHEAD

    def draw(self, patch, batch):
        x, y = self.source.draw(patch, batch)
        return x.contiguous(memory_format=torch.channels_last), y.contiguous(memory_format=torch.channels_last)

    def recorded(self, run):
        """`run` as one CUDA graph, after a few runs that make what stays: the optimizers' state, cuDNN's choices."""
        if not self.on_gpu():
            return run
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP_RUNS):
                self.advance(run)
        torch.cuda.current_stream().wait_stream(aside)
        self.network.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            loss = run()

        def replay():
            graph.replay()
            return loss

        return replay


def read_masks(path, device):
    """[count, side, side], bool, from the bits that masks.py packed."""
    with np.load(path) as file:
        packed, side = file["masks"], int(file["side"])
    masks = np.unpackbits(packed, axis=1, count=side * side).reshape(-1, side, side)
    return torch.from_numpy(masks.astype(bool)).to(device)


if __name__ == "__main__":
    main()
