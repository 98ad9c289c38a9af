"""Which features of a network are never there: of each layer that ends in a ReLU, how many channels are 0 everywhere in
all of some pictures. A scale whose channels are all dead is paid for and does nothing.

    python3 tools/training/dead_units.py models/upscale-3 PICTURE...

Pictures should be such as the network is given: noisy ones, enlarged ones. An inpaint network gets them with a hole.
"""

import sys

import numpy as np
import torch
from PIL import Image

from network import Network

CROP = 192  # px, a multiple of any network's size multiple


def main():
    folder, *files = sys.argv[1:]
    for layer, dead, channels in dead_units(Network(folder).eval(), [read_picture(file) for file in files]):
        print(f"{layer:28} {dead:4} of {channels}")


@torch.inference_mode()
def dead_units(net, pictures):
    """[(layer, dead, channels)] over pictures [1, 3, height, width], 0..1."""
    largest = {}
    run = net.run

    def watched(layer, inputs):
        y = run(layer, inputs)
        if layer["config"].get("activation") == "relu" or layer["class_name"] == "ReLU":
            here = y.amax((0, 2, 3))
            largest[layer["name"]] = torch.maximum(largest.get(layer["name"], here), here)
        return y

    net.run = watched
    try:
        for picture in pictures:
            net(with_hole(picture) if takes_a_mask(net) else picture)
    finally:
        net.run = run
    return [(name, int((most <= 0).sum()), len(most)) for name, most in largest.items()]


def takes_a_mask(net):
    return net.layers[0]["config"]["batch_input_shape"][-1] == 4


def with_hole(picture):
    hole = torch.zeros_like(picture[:, :1])
    hole[:, :, 90:94, 20:170] = 1
    return torch.cat([picture * (1 - hole), hole], 1)


def read_picture(file):
    samples = np.array(Image.open(file).convert("RGB"))
    height, width = (min(CROP, size // 48 * 48) for size in samples.shape[:2])
    return torch.from_numpy(samples[:height, :width].copy()).permute(2, 0, 1)[None].float() / 255


if __name__ == "__main__":
    main()
