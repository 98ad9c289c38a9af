import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import yazl from 'yazl'
import { placeFromWheel } from './layout.ts'
import { extractWheel } from './wheel.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-wheel-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function makeWheel(files: Record<string, string>, mode = 0o100644): Promise<string> {
  const zip = new yazl.ZipFile()
  for (const [path, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), path, { mode })
  zip.end()
  const path = join(root, 'tiny.whl')
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

test("of TensorFlow's wheel, the library and the C API's headers are laid out, and nothing else", async () => {
  const wheel = await makeWheel({
    'tensorflow/libtensorflow_cc.so.2': 'library '.repeat(1000),
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/eager/c_api.h': 'header',
    'tensorflow/include/xla/tsl/c/tsl_status.h': 'header',
    'tensorflow/include/tsl/platform/ctstring_internal.h': 'header',
    'tensorflow/include/tensorflow/core/framework/op.h': 'C++ header, not needed',
    'tensorflow/python/framework/ops.py': 'Python',
  })
  const reported: number[] = []
  await extractWheel(wheel, join(root, 'out'), placeFromWheel, (bytes) => reported.push(bytes))
  const found = await readdir(join(root, 'out'), { recursive: true, withFileTypes: true })
  const names = found.filter((item) => item.isFile()).map((item) => item.name)
  expect(names.sort()).toEqual([
    'c_api.h',
    'ctstring_internal.h',
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
    'tsl_status.h',
  ])
  expect(await readFile(join(root, 'out', 'lib', 'libtensorflow_cc.so.2'), 'utf8')).toBe(
    'library '.repeat(1000),
  )
  expect(reported.at(-1)).toBe(8000 + 9 + 3 * 6)
})

test("of NVIDIA's wheels, the libraries keep their places, with their licence", () => {
  expect(placeFromWheel('nvidia/cudnn/lib/libcudnn_ops.so.9')).toBe('nvidia/cudnn/lib/libcudnn_ops.so.9')
  expect(placeFromWheel('nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc')).toBe(
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
  )
  expect(placeFromWheel('nvidia/cudnn/include/cudnn.h')).toBeNull()
  expect(placeFromWheel('nvidia_cudnn_cu12-9.10.2.21.dist-info/licenses/License.txt')).toBe(
    'licences/nvidia_cudnn_cu12-9.10.2.21/License.txt',
  )
})

test('programs stay executable', async () => {
  const wheel = await makeWheel({ 'bin/tool': '#!' }, 0o100744)
  await extractWheel(wheel, join(root, 'out'), (path) => path)
  expect((await stat(join(root, 'out', 'bin', 'tool'))).mode & 0o111).not.toBe(0)
})

test('a file that is no wheel is refused', async () => {
  const wheel = await makeWheel({ a: 'b' })
  const { truncate } = await import('node:fs/promises')
  await truncate(wheel, 40)
  await expect(extractWheel(wheel, join(root, 'out'), (path) => path)).rejects.toThrow()
})
