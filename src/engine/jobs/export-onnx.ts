import { checkTarget, writeFileAtomically } from '../imaging/atomic-write.ts'
import { loadModel } from '../models/model-file.ts'
import { exportOnnx } from '../models/onnx.ts'
import type { JobHandler } from './job.ts'

/** Writes a model as an ONNX file, with what a program needs in order to run it in its metadata. */
export const exportModelToOnnx: JobHandler<'exportOnnx'> = async ({ folder, path, overwrite }, context) => {
  await checkTarget(path, { overwrite })
  await context.backend()
  const { model, manifest } = await loadModel(folder)
  try {
    const { id, version, title, task, licence, provenance, sizeMultiple, receptiveFieldRadius } = manifest
    const bytes = await exportOnnx(model, {
      id,
      version,
      title,
      task,
      licence,
      provenance,
      sizeMultiple: String(sizeMultiple),
      receptiveFieldRadius: String(receptiveFieldRadius),
    })
    await context.step(0.5, 'Writing')
    await writeFileAtomically(path, bytes, { overwrite })
    return { path, bytes: bytes.length }
  } finally {
    model.dispose()
  }
}
