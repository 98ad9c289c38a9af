import { basename } from 'node:path'
import type { EngineJobKind } from '../contract/engine-protocol.ts'

/** What an engine job does, in words that follow "while": "reading photo.jpg". */
export function activity({ kind, input }: { kind: EngineJobKind; input: unknown }): string {
  const { path, data, folder } = input as { path?: string; data?: string; folder?: string }
  const file = path === undefined ? '' : basename(path)
  switch (kind) {
    case 'inspect':
      return `reading ${file}`
    case 'restore':
    case 'process':
      return `restoring ${file}`
    case 'cutOut':
      return `cutting the subject out of ${file}`
    case 'export':
      return `saving the result of ${file}`
    case 'evaluate':
      return `evaluating ${basename(folder ?? '')} on ${data}`
    case 'train':
      return `training on ${data}`
    case 'measure':
      return `measuring ${basename(folder ?? '')}`
    case 'encode':
    case 'reconstruct':
      return `showing pictures to ${basename(folder ?? '')}`
    case 'decode':
      return `drawing pictures with ${basename(folder ?? '')}`
    case 'drawFindings':
    case 'drawChart':
      return `drawing ${file}`
    case 'describeNetwork':
      return 'drawing a network'
    case 'inspectData':
      return `looking through ${basename(folder ?? '')}`
    case 'rankAnomalies':
    case 'findSimilar':
    case 'scatterCodes':
    case 'compressPictures':
      return `showing pictures to ${basename(folder ?? '')}`
    case 'generatePictures':
      return `drawing pictures with ${basename(folder ?? '')}`
    case 'prepareOcr':
      return 'cleaning a line of text'
    case 'exportOnnx':
      return `exporting ${basename(folder ?? '')} to ${file}`
    case 'doctor':
      return 'trying the backends'
    case 'bench':
      return 'measuring the backends'
    case 'warmup':
      return 'starting the backend'
  }
}
