import path from 'node:path'
import type { Speciality } from '../../contract/model.ts'
import type { Network } from './network.ts'

/** The model of `folder` with the specialists that its manifest names, each opened when a picture first wants it. */
export function withSpecialists(
  network: Network,
  folder: string,
  open: (folder: string) => Promise<Network>,
): Network {
  const { specialists } = network.manifest
  if (!specialists) return network
  const opened = new Map<Speciality, { network: Network; msBefore: number }>()
  return {
    manifest: network.manifest,
    get elapsedMs() {
      let ms = network.elapsedMs
      for (const specialist of opened.values()) ms += specialist.network.elapsedMs - specialist.msBefore
      return ms
    },
    run: (values, width, height, channels) => network.run(values, width, height, channels),
    async specialist(speciality) {
      const inside = specialists[speciality]
      if (inside === undefined) return network
      const known = opened.get(speciality)
      if (known) return known.network
      const specialist = await open(path.join(folder, inside))
      opened.set(speciality, { network: specialist, msBefore: specialist.elapsedMs })
      return specialist
    },
  }
}
