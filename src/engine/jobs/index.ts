/**
 * The table of engine jobs: to add one, add it to contract/engine-protocol.ts, its file and its line here. A job's file
 * is loaded when it is first asked for: the process that only reads pictures never loads TensorFlow.js.
 */
import type { EngineJobKind } from '../../contract/engine-protocol.ts'
import type { JobHandler } from './job.ts'

export const jobHandlers: { [K in EngineJobKind]: () => Promise<JobHandler<K>> } = {
  inspect: async () => (await import('./inspect.ts')).inspect,
  restore: async () => (await import('./restore.ts')).restore,
  export: async () => (await import('./export.ts')).exportPicture,
  process: async () => (await import('./process.ts')).processPicture,
  cutOut: async () => (await import('./cut-out.ts')).cutOutPicture,
  evaluate: async () => (await import('./evaluate.ts')).evaluate,
  train: async () => (await import('./train.ts')).trainRecipe,
  measure: async () => (await import('./measure.ts')).measureModel,
  encode: async () => (await import('./encode.ts')).encodePictures,
  decode: async () => (await import('./decode.ts')).decodeCodes,
  reconstruct: async () => (await import('./reconstruct.ts')).reconstructPictures,
  drawFindings: async () => (await import('./draw-findings.ts')).drawFindings,
  drawChart: async () => (await import('./draw-chart.ts')).drawChart,
  describeNetwork: async () => (await import('./describe-network.ts')).describeNetwork,
  inspectData: async () => (await import('./inspect-data.ts')).inspectTrainingData,
  rankAnomalies: async () => (await import('./lab-anomaly.ts')).rankAnomalies,
  findSimilar: async () => (await import('./lab-similar.ts')).findSimilar,
  scatterCodes: async () => (await import('./lab-scatter.ts')).scatterCodes,
  generatePictures: async () => (await import('./lab-generate.ts')).generatePictures,
  compressPictures: async () => (await import('./lab-compress.ts')).compressPictures,
  prepareOcr: async () => (await import('./lab-ocr.ts')).prepareOcr,
  exportOnnx: async () => (await import('./export-onnx.ts')).exportModelToOnnx,
  doctor: async () => (await import('./doctor.ts')).doctor,
  bench: async () => (await import('./bench.ts')).bench,
  warmup: async () => (_input, context) => context.backend(),
}
