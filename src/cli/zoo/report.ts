/** ZOO.md: a row for each system of the Lab, as measured. */
import { isMet, type Target, targetValue, ZOO, type ZooSystem } from '../../contract/zoo.ts'
import { CODE_SIZES, SIZED_SYSTEMS, sizedId } from './code-sizes.ts'
import type { ZooResults } from './results.ts'

export function zooReport(
  results: ZooResults,
  { machine, command }: { machine: string; command: string },
): string {
  const rows = ZOO.map((system) => row(system, results))
  return `# The zoo

Every system of the Lab, trained from its recipe in \`recipes/zoo\` and measured on pictures that training never saw:
MNIST's test files where nothing else is said. Pictures are 0..1. Written by

    ${command}

on ${machine}. Seconds are those of training, other work on the machine included.

| system | parameters | seconds | steps | figure | target | met |
|---|---:|---:|---:|---|---|---|
${rows.join('\n')}

\`MSE\` is the mean over all pixels, and the PSNR is made from it. Gain is the PSNR of the reconstruction over that of
the noisy input, both against the clean picture. A code unit is active where it is not 0 (a sigmoid one: above 0.1).
Code movement is the mean distance that a code moves under Gaussian noise of sigma 0.1 on its picture. −ELBO is that of
binarised digits, one code drawn for each. F1 and IoU are the subject's, over the pixels of all test pictures together (of
vessels: inside the field of view); the mean IoU is that of 11 classes, at the labels' full size.
${codeSizes(results)}`
}

/** The figures of the curves that `limpid zoo` draws: a linear autoencoder finds what PCA computes, at every size. */
function codeSizes(results: ZooResults): string {
  const rows = Object.entries(SIZED_SYSTEMS).map(([base, name]) => {
    const errors = CODE_SIZES.map((size) => results[sizedId(base, size)]?.figures.MSE)
    return `| ${name} | ${errors.map((mse) => (mse === undefined ? '' : short(mse))).join(' | ')} |`
  })
  return `
## MSE over the units of the code

| | ${CODE_SIZES.join(' | ')} |
|---|${'---:|'.repeat(CODE_SIZES.length)}
${rows.join('\n')}
`
}

function row(system: ZooSystem, results: ZooResults): string {
  const { recipe, title, targets } = system
  const result = results[recipe]
  if (!result) return `| ${title} | | | | not trained yet | ${targets.map(wanted).join('; ')} | |`
  const { parameterCount, seconds, steps, figures } = result
  const measured = (id: string) => results[id]?.figures ?? null
  const values = targets.map((target) => targetValue(target, recipe, measured))
  const said = targets.map((target, i) => `${named(target)} ${values[i] === null ? '?' : short(values[i])}`)
  const ratioAlone = targets.every((target) => target.against)
  // The error of a reconstruction; of the others the first of their figures.
  const main = figures.MSE === undefined ? Object.keys(figures)[0] : 'MSE'
  const own = ratioAlone ? [`${main} ${short(figures[main])}`] : []
  const met = targets.map((target, i) => (values[i] === null ? '?' : isMet(target, values[i]) ? 'yes' : 'no'))
  const cells = [title, parameterCount, Math.round(seconds), steps || 'none: computed']
  return `| ${[...cells, [...own, ...said].join('; '), targets.map(wanted).join('; ') || '–', met.join('; ') || '–'].join(' | ')} |`
}

const named = ({ figure, against }: Target): string =>
  against ? `${figure} ${against.by === 'ratio' ? '÷' : '−'} that of ${against.recipe}` : figure

function wanted({ atLeast, atMost }: Target): string {
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost}`
  return atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
}

const short = (value: number): string => String(Number(value.toPrecision(4)))
