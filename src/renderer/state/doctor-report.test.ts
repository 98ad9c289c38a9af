import { expect, it } from 'vitest'
import type { BackendReport } from '../../contract/backend.ts'
import { doctorReport } from './doctor-report.ts'

const works: BackendReport = {
  name: 'tensorflow',
  usable: true,
  device: 'TensorFlow 2.21 · Tesla T4',
  problem: null,
  remedy: null,
  gigaflops: 4012.3,
  trainingGigaflops: 0.0312,
  startMs: 900,
  memory: 16e9,
  driver: 'NVIDIA driver 550.54',
  note: 'It could be better.',
}
const fails: BackendReport = {
  ...{ name: 'webgpu', usable: false, device: '', gigaflops: null, startMs: null },
  problem: 'The package /home/ann/limpid/webgpu does not load.',
  remedy: 'See C:\\Users\\Ann\\x, "/Users/ann/y".',
}
const report = (...backends: BackendReport[]) =>
  doctorReport({
    version: '0.1.0',
    platform: 'linux-x64',
    backends,
    chosen: { name: 'tensorflow', device: '', passedOver: [] },
  })

it('says of each backend what it runs on, how fast it is, its memory, and what could be better', () => {
  expect(report(works)).toBe(
    'Limpid 0.1.0 on linux-x64\n' +
      'TensorFlow (in use): works: TensorFlow 2.21 · Tesla T4, NVIDIA driver 550.54, 4012 GFLOP/s, training 0.031 GFLOP/s, 16 GB of memory\n' +
      '  It could be better.\n',
  )
})

it("does not give away the user's name", () => {
  const text = report(fails)
  expect(text).toContain('WebGPU: does not work: The package ~/limpid/webgpu does not load.\n')
  expect(text).toContain('  See ~\\x, "~/y".\n')
  expect(text).not.toMatch(/ann/i)
})
