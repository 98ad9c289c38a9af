import type { DegradationSpec } from '../../contract/degradations.ts'

/** Degradations in words for a model card: "gaussian noise (sigma 0..55), then jpeg (quality 70..95)". */
export function describeDegradations(specs: readonly DegradationSpec[]): string {
  if (specs.length === 0) return 'as it is'
  // Among others, the choices of a mixture are held together.
  return specs
    .map((spec) =>
      spec.kind === 'mixture' && specs.length > 1 ? `(${describeOne(spec)})` : describeOne(spec),
    )
    .join(', then ')
}

function describeOne(spec: DegradationSpec): string {
  if (spec.kind === 'mixture') {
    const total = spec.of.reduce((sum, { weight }) => sum + weight, 0)
    const parts = spec.of.map(
      ({ weight, degradations }) =>
        `${Math.round((100 * weight) / total)} % ${describeDegradations(degradations)}`,
    )
    return parts.join('; ')
  }
  const { kind, ...settings } = spec
  const details = Object.entries(settings).map(([name, value]) => {
    const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    return `${words} ${Array.isArray(value) ? value.join('..') : value}`
  })
  return `${kind.replaceAll('-', ' ')}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}
