import { describe, expect, it } from 'vitest'
import { hasTorch, tryPython } from './testing/python.ts'

/** How far output and gradients are from PyTorch's, of their size, for: in, out, height, width, whether a ReLU follows. */
const APART = `
import json, torch, torch.nn.functional as F, winograd
library = winograd.load()
if not library: print("null"); sys.exit()
channels, out, height, width, relu = map(int, sys.argv[1:])
torch.manual_seed(1)
x, kernel, bias = torch.randn(2, channels, height, width), torch.randn(out, channels, 3, 3) / 10, torch.randn(out)
for tensor in (x, kernel, bias): tensor.requires_grad_()
dy = torch.randn(2, out, height, width)
ours = winograd.convolution(library)(x, kernel, bias, bool(relu))
theirs = F.conv2d(x, kernel, bias, padding=1)
if relu: theirs = F.relu(theirs)
gradients = zip(torch.autograd.grad(theirs, (x, kernel, bias), dy), torch.autograd.grad(ours, (x, kernel, bias), dy))
pairs = [(theirs, ours), *gradients]
assert all(a.shape == b.shape for a, b in pairs)
print(json.dumps([((a - b).norm() / a.norm()).item() for a, b in pairs]))
`

describe.skipIf(!hasTorch)("Winograd's convolution in C++", () => {
  it.for([
    { name: 'whole tiles', sizes: [16, 32, 16, 24] },
    { name: 'tiles over the edge, more of them than fit into a block', sizes: [32, 16, 30, 43] },
    { name: 'channels that are no multiple of 16', sizes: [12, 20, 9, 8] },
    { name: 'a picture smaller than a tile', sizes: [16, 16, 3, 1] },
  ])('and its gradients are PyTorch’s: $name', ({ sizes }, { skip }) => {
    const plain = JSON.parse(String(tryPython(APART, [...sizes, 0].map(String)))) as number[] | null
    if (!plain) return skip('there is no compiler, or another processor')
    expect(Math.max(...plain)).toBeLessThan(1e-5)
    const gated = JSON.parse(String(tryPython(APART, [...sizes, 1].map(String)))) as number[]
    expect(gated[0]).toBeLessThan(1e-5)
    expect(Math.max(...gated)).toBeLessThan(5e-3) // what is 0 to one may be 1e-7 to the other, and its gradient counts
  })
})
