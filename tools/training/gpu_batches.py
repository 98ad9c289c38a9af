"""Batches that are made on the GPU, as src/engine/training makes them on the CPU: pictures wait there as bytes, patches
are cut and made worse there. Nothing waits for the GPU in `draw`, so that a CUDA graph can hold it."""

import os
import re

import numpy as np
import torch
from PIL import Image

from degradations import degrade
from degradations.greyscale import luma
from degradations.resample import resized, to_bytes
from holes import fill_holes

PICTURE = re.compile(r"\.(jpe?g|jpe|jfif|png|webp|tiff?|avif|gif)$", re.IGNORECASE)  # as src/contract/picture-files.ts


class GpuBatches:
    """Of one recipe; `masks` [count, side, side], bool, are what an inpaint network's pictures lose."""

    def __init__(self, recipe, folder, device, masks=None):
        if recipe["data"].get("pairs"):
            raise ValueError(f"{recipe['id']} learns from pairs: train it with train.py.")
        if (recipe["task"] == "inpaint") != (masks is not None):
            raise ValueError("An inpaint recipe needs --masks, no other does.")
        self.recipe, self.device, self.masks = recipe, device, masks
        train, self.kept_apart = read_pictures(folder, recipe["data"])
        self.pixels, self.places = on_device(train, zoom_levels(recipe.get("zoom")), device)

    def draw(self, patch, batch):
        """(input, target), [batch, channels, patch, patch]."""
        samples = self.cut(patch, batch)
        grey = torch.rand(batch, 1, 1, 1, device=self.device) < self.recipe["greyShare"]
        clean = torch.where(grey, luma(samples), samples)
        if self.masks is not None:
            return self.punched(clean, self.draw_masks(patch, batch)), clean
        return degrade(clean, grey, self.recipe["degradations"]), clean

    def cut(self, patch, batch):
        """A random place in a random picture, chosen by its area, in one of eight orientations."""
        offsets, widths, heights, ends = self.places
        at = torch.rand(batch, device=self.device, dtype=torch.float64) * ends[-1]
        which = torch.searchsorted(ends, at).clamp(max=len(ends) - 1)
        width, height = widths[which].view(-1, 1, 1), heights[which].view(-1, 1, 1)
        place = lambda size: (torch.rand(size.shape, device=self.device) * (size - patch + 1).clamp(min=1)).long()
        left, top = place(width), place(height)
        side = torch.arange(patch, device=self.device)
        u, v = side.view(1, 1, -1), side.view(1, -1, 1)
        either = lambda: (torch.rand(batch, 1, 1, device=self.device) < 0.5) & (not self.recipe.get("upright"))
        u, v = torch.where(either(), patch - 1 - u, u), torch.where(either(), patch - 1 - v, v)
        turned = either()
        column = reflected(left + torch.where(turned, v, u), width)
        row = reflected(top + torch.where(turned, u, v), height)
        found = self.pixels[offsets[which].view(-1, 1, 1) + row * width + column]
        return found.permute(0, 3, 1, 2).float() / 255

    def draw_masks(self, patch, batch):
        """[batch, 1, patch, patch], 1 where the picture is lost."""
        which = torch.randint(len(self.masks), [batch], device=self.device)
        place = lambda: torch.randint(self.masks.shape[1] - patch + 1, [batch, 1, 1], device=self.device)
        side = torch.arange(patch, device=self.device)
        return self.masks[which.view(-1, 1, 1), place() + side.view(1, -1, 1), place() + side][:, None].float()

    def punched(self, clean, holes):
        return torch.cat([fill_holes(clean, holes), holes], 1)

    def validation(self):
        """(setting, input, target) of each picture that was kept apart, one a batch; the same at every call. The target of
        one that was made grey has one channel."""
        spec = self.recipe["validation"]
        settings = [[{"kind": "gaussian-noise", "sigma": [sigma, sigma]}] for sigma in spec.get("sigmas", [])]
        settings += [setting["degradations"] for setting in spec.get("settings", [])]
        multiple = 48 if self.recipe.get("scale") == 3 else 16
        torch.manual_seed(self.recipe["seed"])
        for number, setting in enumerate(settings):
            for i, picture in enumerate(self.kept_apart):
                side = min(spec["crop"], *picture.shape[:2]) // multiple * multiple
                top, left = ((size - side) // 2 for size in picture.shape[:2])
                clean = torch.from_numpy(picture[top : top + side, left : left + side].copy()).to(self.device)
                clean = clean.permute(2, 0, 1)[None].float() / 255
                is_grey = self.recipe["greyShare"] > 0 and i % 4 == 3
                if is_grey:
                    clean = luma(clean).repeat(1, 3, 1, 1)
                target = slice(1 if is_grey else 3)
                if self.masks is None:
                    degraded = degrade(clean, torch.full([1, 1, 1, 1], is_grey, device=self.device), setting)
                    yield number, degraded, clean[:, target]
                else:
                    side = min(side, self.masks.shape[1])
                    holes = self.masks[number * len(self.kept_apart) + i, :side, :side].float()
                    clean = clean[:, :, :side, :side]
                    yield number, self.punched(clean, holes[None, None]), clean[:, target]


def read_pictures(folder, data):
    """(to train on, kept apart), each [height, width, 3] of bytes: the same ones as dataset.ts chooses. What is kept apart
    is not trained on by another name."""
    files = []
    for name in data["train"]:
        there = os.path.join(folder, name)
        names = [name for name in sorted(os.listdir(there)) if PICTURE.search(name) and not name.startswith(".")]
        files += [os.path.join(there, name) for name in names]
    stride = len(files) / data["validationPictures"]
    kept = {int((i + 0.5) * stride) for i in range(data["validationPictures"])}
    pictures = [np.array(Image.open(file).convert("RGB")) for file in files]
    content = lambda picture: (picture.shape, picture.tobytes())
    known = {content(pictures[i]) for i in kept}
    return [picture for picture in pictures if content(picture) not in known], [pictures[i] for i in sorted(kept)]


def zoom_levels(zoom):
    """Sizes that pictures wait in, about a quarter apart, for the range that a recipe draws from."""
    low, high = zoom or (1, 1)
    count = 1 + round(np.log(high / low) / np.log(1.25))
    return np.linspace(low, high, count + (count == 1 and low != high)).tolist()


def on_device(pictures, levels, device):
    """Every picture in every size. Their pixels [all, 3], and where each begins, its width, height and (cumulated) weight:
    its area in its own size."""
    pixels, places, begin, weight = [], [], 0, 0.0
    for level in levels:
        for picture in pictures:
            height, width = (round(size * level) for size in picture.shape[:2])
            samples = torch.from_numpy(picture).to(device)
            if level != 1:
                planes = samples.permute(2, 0, 1).float() / 255
                samples = to_bytes(resized(planes, height, width)).permute(1, 2, 0).to(torch.uint8)
            pixels.append(samples.reshape(-1, 3))
            weight += picture.shape[0] * picture.shape[1]
            places.append((begin, width, height, weight))
            begin += height * width
    offsets, widths, heights, ends = zip(*places)
    integers = (torch.tensor(values, device=device) for values in (offsets, widths, heights))
    return torch.cat(pixels), (*integers, torch.tensor(ends, dtype=torch.float64, device=device))


def reflected(index, size):
    """Mirrored into 0..size-1 without repeating the edge."""
    period = (2 * (size - 1)).clamp(min=1)
    folded = index.abs() % period
    return torch.minimum(folded, period - folded)
