import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasTorch, tryPython } from './testing/python.ts'

/** How far output and gradients are from PyTorch's, of their size, for: in, out, height, width, what follows. */
const APART = `
import json, torch, torch.nn.functional as F, winograd
library = winograd.load()
if not library: print("null"); sys.exit()
channels, out, height, width = map(int, sys.argv[1:5])
follows = sys.argv[5]
torch.manual_seed(1)
x, kernel, bias = torch.randn(2, channels, height, width), torch.randn(out, channels, 3, 3) / 10, torch.randn(out)
other = torch.randn(2, out, height, width)
inputs = [x, kernel, bias, *([other] if follows == "sum" else [])]
for tensor in inputs: tensor.requires_grad_()
dy = torch.randn(2, out, height, width)
ours = winograd.convolution(library)(x, kernel, bias, follows == "relu", other if follows == "sum" else None)
theirs = F.conv2d(x, kernel, bias, padding=1)
if follows == "relu": theirs = F.relu(theirs)
if follows == "sum": theirs = theirs + other
gradients = zip(torch.autograd.grad(theirs, inputs, dy), torch.autograd.grad(ours, inputs, dy))
pairs = [(theirs, ours), *gradients]
assert all(a.shape == b.shape for a, b in pairs)
print(json.dumps([((a - b).norm() / a.norm()).item() for a, b in pairs]))
`

/** A network's output and gradients with and without, the largest difference of each to its size. */
const NETWORK = `
import json, torch, winograd
from network import Network
library = winograd.load()
if not library: print("null"); sys.exit()
network = Network(sys.argv[1])
torch.manual_seed(1)
x, y = torch.rand(2, 3, 32, 48), torch.rand(2, 3, 32, 48)
def run():
    network.zero_grad()
    output = network(x)
    (output - y).square().mean().backward()
    return [output.detach(), *[weight.grad.clone() for weight in network.parameters()]]
theirs = run()
network.convolve = winograd.convolution(library)
ours = run()
print(json.dumps([len(network.sums), max(((a - b).norm() / a.norm()).item() for a, b in zip(theirs, ours))]))
`

describe.skipIf(!hasTorch)("Winograd's convolution in C++", () => {
  it.for([
    { name: 'whole tiles', sizes: [16, 32, 16, 24] },
    { name: 'tiles over the edge, more of them than fit into a block', sizes: [32, 16, 30, 43] },
    { name: 'channels that are no multiple of 16', sizes: [12, 20, 9, 8] },
    { name: 'a picture smaller than a tile', sizes: [16, 16, 3, 1] },
  ])('and its gradients are PyTorch’s: $name', ({ sizes }, { skip }) => {
    const apart = (follows: string) =>
      JSON.parse(String(tryPython(APART, [...sizes.map(String), follows]))) as number[] | null
    const plain = apart('nothing')
    if (!plain) return skip('there is no compiler, or another processor')
    expect(Math.max(...plain, ...apart('sum')!)).toBeLessThan(1e-5)
    const gated = apart('relu')!
    expect(gated[0]).toBeLessThan(1e-5)
    expect(Math.max(...gated)).toBeLessThan(5e-3) // what is 0 to one may be 1e-7 to the other, and its gradient counts
  })

  it('computes a network and its gradients, residual blocks with what they are added to', ({ skip }) => {
    const model = path.join(import.meta.dirname, '../../models/denoise-fast')
    const found = JSON.parse(String(tryPython(NETWORK, [model]))) as [number, number] | null
    if (!found) return skip('there is no compiler, or another processor')
    const [blocks, apart] = found
    expect(blocks).toBe(6)
    expect(apart).toBeLessThan(5e-3)
  })
})
