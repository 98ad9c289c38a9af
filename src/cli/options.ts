/** Values of command-line options, checked while they are parsed. */
import { InvalidArgumentError, Option } from 'commander'
import { BACKENDS } from '../contract/backend.ts'
import { OUTPUT_FORMATS } from '../contract/picture.ts'
import { BINARISATIONS, INKS, SCALES, type Scale } from '../contract/step.ts'

export const backendOption = () =>
  new Option('--backend <name>', 'compute on this backend instead of the best one')
    .choices(BACKENDS)
    .env('LIMPID_BACKEND')

export const jsonOption = () =>
  new Option('--json', 'print the result as one JSON object (progress goes to stderr)')

export const formatOption = () =>
  new Option('--format <format>', 'format of the results (default: as the original)').choices(OUTPUT_FORMATS)

export const modelOption = () =>
  new Option('--model <id>', '`limpid models list` lists them (default: the one that comes with Limpid)')

export const ensembleOption = () =>
  new Option('--ensemble', 'slow, finer: the mean of eight flips and turns of each picture')

export const inkOption = () =>
  new Option('--ink <tone>', 'how ink looks: as dark and thin as it is, or black (default: own)').choices(
    INKS,
  )

export const binariseOption = () =>
  new Option('--binarise <method>', 'make pages black and white').choices(BINARISATIONS)

export const scaleOption = () =>
  new Option('--scale <factor>', 'how many times as large, each side: 2, 3 or 4').argParser((text): Scale => {
    const scale = SCALES.find((one) => String(one) === text)
    if (scale === undefined) throw new InvalidArgumentError(`It takes ${SCALES.join(', ')}.`)
    return scale
  })

/** 0..1 */
export function share(text: string): number {
  return numberIn(text, 0, 1, 'a number from 0 to 1')
}

/** 1..100 */
export function percent(text: string): number {
  return integerIn(text, 1, 100, 'a whole number from 1 to 100')
}

export const wholeNumberFrom = (least: number) => (text: string) =>
  integerIn(text, least, Number.MAX_SAFE_INTEGER, `a whole number from ${least} on`)

export const positiveInteger = wholeNumberFrom(1)

export function learningRate(text: string): number {
  const value = numberIn(text, 0, 10, 'a number above 0, .0003 say')
  if (value === 0) throw new InvalidArgumentError('It takes a number above 0.')
  return value
}

/** Standard deviation of noise, 8-bit units. */
export function sigma(text: string): number {
  return numberIn(text, 0, 255, 'a number from 0 to 255, as the noise is measured on 8-bit pictures')
}

export function port(text: string): number {
  return integerIn(text, 0, 65_535, 'a port from 0 (any free one) to 65535')
}

function numberIn(text: string, low: number, high: number, wanted: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= low && value <= high))
    throw new InvalidArgumentError(`It takes ${wanted}.`)
  return value
}

function integerIn(text: string, low: number, high: number, wanted: string): number {
  const value = numberIn(text, low, high, wanted)
  if (!Number.isInteger(value)) throw new InvalidArgumentError(`It takes ${wanted}.`)
  return value
}
