import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../../src/engine/backends/choose.ts'
import { random } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'
import { Muon } from '../../src/engine/training/muon.ts'
import { hasTorch, tryPython } from './testing/python.ts'

/** A kernel and the gradients of three steps, [4, 3, 3, out, in] in all, from stdin: the kernel after them to stdout. */
const STEPS = `
import numpy as np, torch
from muon import Muon
shape = [int(size) for size in sys.argv[1:]]
values = torch.from_numpy(np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(4, *shape).copy())
values = values.permute(0, 4, 3, 1, 2)
kernel = torch.nn.Parameter(values[0].clone())
muon = Muon([kernel])
muon.param_groups[0]["lr"] = 0.01
for gradient in values[1:]:
    kernel.grad = gradient.clone()
    muon.step()
sys.stdout.buffer.write(kernel.detach().permute(2, 3, 1, 0).contiguous().numpy().astype("<f4").tobytes())
`

/** The largest difference that it makes to matrices, of several shapes, to be orthogonalised together. */
const TOGETHER = `
import torch
from muon import orthogonal
torch.manual_seed(1)
shapes = [(2, 8, 30), (3, 5, 12), (1, 40, 8), (1, 8, 8), (2, 12, 5)]
stacks = [torch.randn(shape) for shape in shapes]
alone = [orthogonal([stack])[0] for stack in stacks]
together = orthogonal(stacks)
assert [tuple(step.shape) for step in together] == shapes
print(max((a - b).abs().max().item() for a, b in zip(together, alone)))
`

describe.skipIf(!hasTorch)('Muon in PyTorch', () => {
  beforeAll(async () => {
    await chooseBackend()
  })

  it('orthogonalises kernels of several shapes together as it does each alone', () => {
    expect(Number(tryPython(TOGETHER) ?? Number.NaN)).toBeLessThan(1e-5)
  })

  it.each([
    { name: 'more numbers than outputs', shape: [3, 3, 6, 8] },
    { name: 'fewer', shape: [1, 1, 5, 20] },
  ])('takes the steps that it takes here, for a kernel of $name to an output', async ({ shape }) => {
    const size = shape.reduce((a, b) => a * b)
    const values = new Float32Array(4 * size)
    random(3).fillGaussian(values)
    const parts = [0, 1, 2, 3].map((i) => tf.tensor(values.slice(i * size, (i + 1) * size), shape))
    // First and last kernel are Adam's.
    const [first, kernel, last] = [tf.ones([2, 2]), parts[0], tf.ones([2, 2])].map((tensor) =>
      tf.variable(tensor),
    )
    const muon = new Muon([first, kernel, last])
    for (const gradient of parts.slice(1)) muon.apply({ [kernel.name]: gradient }, 0.01, 1e9)
    const ours = await kernel.data<'float32'>()
    const output = tryPython(STEPS, shape.map(String), new Uint8Array(values.buffer))
    const theirs = new Float32Array(new Uint8Array(output!).buffer)
    expect(theirs.length).toBe(size)
    const apart = ours.map((value, i) => Math.abs(value - theirs[i]))
    expect(Math.max(...apart)).toBeLessThan(1e-4)
    expect(Math.max(...ours.map((value, i) => Math.abs(value - values[i])))).toBeGreaterThan(1e-3)
    muon.dispose()
    tf.dispose([first, kernel, last, ...parts])
  })
})
