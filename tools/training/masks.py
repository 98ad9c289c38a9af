"""Writes the masks of an inpaint recipe's batches, packed as bits, for train_on_gpu.py:

    python3 tools/training/masks.py --recipe recipes/inpaint.json --data ../shared/data --count 4000 --out masks.npz
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

from train import MAGIC, ROOT, default_node


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--side", type=int, default=192, help="px")
    parser.add_argument("--out", required=True)
    parser.add_argument("--node", default=os.environ.get("LIMPID_NODE", default_node()))
    options = parser.parse_args()
    with open(options.recipe, encoding="utf-8") as file:
        recipe = json.load(file)
    recipe["stages"] = [{"steps": options.count // 4, "patch": options.side, "batch": 4}]
    masks = []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(recipe, file)
        file.flush()
        tool = os.path.join(ROOT, "tools", "training", "batches.ts")
        command = [options.node, tool, "--recipe", file.name, "--data", options.data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 20) as child:
            while header := child.stdout.read(24):
                magic, _, batch, patch, inputs, targets = np.frombuffer(header, "<i4").tolist()
                assert magic == MAGIC and inputs == 4, "these are no batches of an inpaint recipe"
                pixels = np.frombuffer(child.stdout.read(4 * batch * patch**2 * inputs), "<f4")
                child.stdout.read(4 * batch * patch**2 * targets)
                lost = pixels.reshape(batch, patch * patch, inputs)[:, :, 3] > 0
                masks.extend(np.packbits(lost, axis=1))
    if child.returncode:
        raise SystemExit("batches.ts failed; it says why above.")
    np.savez_compressed(options.out, masks=np.stack(masks), side=options.side)


if __name__ == "__main__":
    main()
