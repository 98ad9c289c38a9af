/**
 * `node tools/quality.ts MODEL`: measures a shipped model on the public test sets and writes the figures, each with the
 * command that measures it, into its manifest and card. Needs the pictures (LIMPID_DATA, default ../shared/data).
 */
import path from 'node:path'
import { EngineProcess } from '../src/app/engine-process.ts'
import { writeCard } from '../src/engine/models/card.ts'
import { readManifest, writeManifest } from '../src/engine/models/model-file.ts'

const id = process.argv[2] ?? 'denoise-fast'
const root = path.join(import.meta.dirname, '..')
const data = path.resolve(process.env.LIMPID_DATA ?? path.join(root, '../shared/data'))
const folder = path.join(root, 'models', id)

const measurements = [
  { set: 'cbsd68', name: 'CBSD68', grey: false, sigmas: [0, 15, 25, 50] },
  { set: 'set12', name: 'Set12, grey', grey: true, sigmas: [25] },
]

const engine = new EngineProcess({ entry: path.join(root, 'src/engine/main.ts') })
try {
  const quality = []
  for (const { set, name, grey, sigmas } of measurements) {
    for (const sigma of sigmas) {
      const input = { task: 'denoise', folder, data: path.join(data, set), sigma, grey } as const
      const { psnr, ssim } = await engine.run('evaluate', input)
      const command = `limpid evaluate denoise --model ${id} --data ${set} --sigma ${sigma}${grey ? ' --grey' : ''}`
      const what = `${name}, σ ${sigma}`
      quality.push({ what: `${what}: PSNR`, value: Number(psnr.toFixed(2)), unit: 'dB', command })
      quality.push({ what: `${what}: SSIM`, value: Number(ssim.toFixed(4)), unit: '', command })
      console.log(`${what.padEnd(20)} ${psnr.toFixed(2)} dB  SSIM ${ssim.toFixed(4)}`)
    }
  }
  const manifest = { ...(await readManifest(folder)), quality }
  await writeManifest(folder, manifest)
  await writeCard(folder, manifest)
} finally {
  await engine.close()
}
