import { expect, test } from 'vitest'
import type { BackendChoice } from '../../contract/backend.ts'
import { computing } from './computing.ts'

const wasm: BackendChoice = { name: 'wasm', device: '2 workers', passedOver: [] }
const gpu = { name: 'webgpu', problem: 'No GPU was found.' } as const
const second: BackendChoice = { ...wasm, passedOver: [gpu] }

test('the best that works is good; one behind a better one is a fallback, unless it was chosen', () => {
  expect(computing(wasm, null)).toEqual({ light: 'good', label: 'WebAssembly' })
  expect(computing(second, null)).toEqual({ light: 'fallback', label: 'WebAssembly' })
  expect(computing(second, 'wasm')).toEqual({ light: 'chosen', label: 'WebAssembly' })
})

test('until anything runs it is waited for', () => {
  expect(computing(null, null)).toEqual({ light: 'waiting', label: 'Starting…' })
})

test('a chosen one that does not run is not given out for the one that ran before, nor for one that surely starts', () => {
  const notYet = { light: 'not-yet', label: 'WebGPU · not running yet' }
  expect(computing(wasm, 'webgpu')).toEqual(notYet)
  expect(computing(second, 'webgpu')).toEqual(notYet)
  expect(computing(null, 'webgpu')).toEqual(notYet)
})
