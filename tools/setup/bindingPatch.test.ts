import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { patched } from './bindingPatch.ts'

const tfjs = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
const source = readFileSync(path.join(tfjs, 'binding', 'tfjs_backend.cc'), 'utf8')

describe('the change to the binding', () => {
  it('teaches the installed version of tfjs-node lists of strings and of types, and results that are not copied', () => {
    const text = patched(source)
    expect(source).not.toMatch(/TFE_OpSetAttr(String|Type)List/)
    expect(text.match(/TFE_OpSetAttrStringList/g)).toHaveLength(1)
    expect(text.match(/TFE_OpSetAttrTypeList/g)).toHaveLength(1)
    expect(text.match(/napi_create_external_arraybuffer/g)).toHaveLength(1)
    // Nothing else changes.
    const added = text.split('\n').filter((line) => !source.split('\n').includes(line)).length
    expect(text.split('\n').length - source.split('\n').length).toBeGreaterThanOrEqual(added)
  })

  it('leaves a source alone that it does not know', () => {
    const other = source.replace('case TF_ATTR_STRING: {', 'case TF_ATTR_STRINGS: {')
    expect(patched(other)).toBe(other)
  })
})
