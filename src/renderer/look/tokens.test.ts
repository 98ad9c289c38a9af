import { describe, expect, it } from 'vitest'
import css from './tokens.css?raw'

type Colour = [red: number, green: number, blue: number, alpha: number]

const dark = tokensOf(':root')
const themes = { dark, light: new Map([...dark, ...tokensOf('[data-theme="light"]')]) }

const GROUNDS = ['bg', 'surface', 'raised', 'hover', 'well']
/** Small text and what it stands on. Disabled controls are exempt. */
const PAIRS: [text: string, background: string][] = [
  ...GROUNDS.map((ground): [string, string] => ['text', ground]),
  ...GROUNDS.map((ground): [string, string] => ['muted', ground]),
  ['faint', 'surface'], // headings, placeholders
  ['accent-ink', 'accent'], // primary buttons
  ['accent-ink', 'accent-hover'],
  ['accent', 'surface'], // advice on a step that is off
  ['accent', 'hover'], // a pressed button
  ['bad', 'surface'], // a run that failed, on the Lab's list
  ['bad', 'raised'], // under the pointer
  ['info', 'surface'], // the doctor's remedies
  ['info', 'raised'],
  ['on-picture-ink', 'on-picture'],
  ['on-picture', 'tag'],
  ['on-picture', 'tag-good'],
  ['on-picture', 'tag-bad'],
  ['on-picture', 'tag-busy'],
]

describe.each(Object.entries(themes))('in the %s theme', (_, tokens) => {
  it.each(PAIRS)('%s can be read on %s: WCAG AA asks 4.5:1', (text, background) => {
    expect(contrast(colour(tokens, text), colour(tokens, background))).toBeGreaterThanOrEqual(4.5)
  })
})

it('contrast is WCAG’s', () => {
  expect(contrast(parse('#000'), parse('#fff'))).toBeCloseTo(21, 5)
  expect(contrast(parse('#777777'), parse('#ffffff'))).toBeCloseTo(4.48, 2)
  expect(contrast(parse('#fff'), parse('#0000'))).toBe(1) // nothing, over the brightest picture
})

/** Those that are colours written in hexadecimal, of the rule with that selector. */
function tokensOf(selector: string): Map<string, string> {
  const rule = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!
  return new Map([...rule.matchAll(/--([\w-]+):\s*(#[0-9a-f]+);/g)].map((match) => [match[1]!, match[2]!]))
}

function colour(tokens: Map<string, string>, name: string): Colour {
  const value = tokens.get(name)
  if (value === undefined) throw new Error(`tokens.css has no colour --${name}.`)
  return parse(value)
}

/** 0..1 each. */
function parse(hex: string): Colour {
  const digits = hex.length < 6 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1)
  const [red, green, blue, alpha = 1] = digits.match(/../g)!.map((pair) => Number.parseInt(pair, 16) / 255)
  return [red!, green!, blue!, alpha]
}

/** 1..21. What shows through is white at worst: all that is see-through here has white text. */
function contrast(text: Colour, background: Colour): number {
  const [light, darkest] = [luminance(text), luminance(background)].sort((a, b) => b - a)
  return (light! + 0.05) / (darkest! + 0.05)
}

function luminance([red, green, blue, alpha]: Colour): number {
  const [r, g, b] = [red, green, blue].map((value) => {
    const seen = alpha * value + (1 - alpha)
    return seen <= 0.04045 ? seen / 12.92 : ((seen + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
