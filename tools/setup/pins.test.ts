import { expect, test } from 'vitest'
import { hasCudaBuild } from '../../src/engine/backends/nvidia.ts'
import { pinnedWheels } from './pins.ts'

test('the doctor advises --gpu on just those systems that a build with CUDA is pinned for', () => {
  for (const platform of ['linux', 'darwin', 'win32']) {
    for (const arch of ['x64', 'arm64']) {
      const pinned = pinnedWheels('gpu', platform, arch) !== null
      expect(hasCudaBuild({ platform, arch }), `${platform} ${arch}`).toBe(pinned)
    }
  }
})
