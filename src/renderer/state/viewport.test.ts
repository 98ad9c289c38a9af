import { beforeEach, describe, expect, it } from 'vitest'
import { type Point, Viewport } from './viewport.svelte.ts'

describe('zoom and pan', () => {
  let viewport: Viewport
  beforeEach(() => {
    viewport = new Viewport()
    viewport.resize({ width: 1000, height: 800 })
    viewport.show({ width: 4000, height: 3000 })
  })

  /** The px of the picture under a point of the pane. */
  function under(at: Point): Point {
    const { scale, x, y } = viewport.transform
    return { x: (at.x - x) / scale, y: (at.y - y) / scale }
  }

  it('a picture fits whole, large and small ones alike', () => {
    for (const size of [
      { width: 4000, height: 3000 },
      { width: 300, height: 200 },
      { width: 3, height: 2000 },
    ]) {
      viewport.show(size)
      const { left, top, right, bottom } = viewport.visible
      expect(right - left).toBeCloseTo(size.width * viewport.transform.scale)
      expect(bottom - top).toBeCloseTo(size.height * viewport.transform.scale)
    }
  })

  it('the wheel keeps what is under the pointer under the pointer', () => {
    viewport.zoomTo(1)
    const pointer = { x: 321, y: 543 }
    const before = under(pointer)
    viewport.zoomBy(1.7, pointer)
    expect(under(pointer).x).toBeCloseTo(before.x)
    expect(under(pointer).y).toBeCloseTo(before.y)
  })

  it('an enlarged result is seen where its original was, with its own pixels', () => {
    viewport.zoomTo(1, { x: 300, y: 200 })
    const pointer = { x: 321, y: 543 }
    const before = under(pointer)
    const { visible } = viewport
    viewport.resample({ width: 8000, height: 6000 })
    expect(under(pointer).x).toBeCloseTo(2 * before.x)
    expect(viewport.visible).toEqual(visible)
    expect(viewport.zoom).toBeCloseTo(0.5)
  })

  it('at 100 % a pixel of the picture is a pixel of the screen, on a dense screen too', () => {
    viewport.pixelRatio = 2
    viewport.zoomTo(1)
    expect(viewport.transform.scale).toBe(0.5)
    expect(viewport.zoom).toBe(1)
  })

  it('a picture can not be lost by panning', () => {
    viewport.zoomTo(2)
    viewport.panBy(1e6, -1e6)
    const { left, top, right, bottom } = viewport.visible
    expect(right - left).toBeGreaterThan(900)
    expect(bottom - top).toBeGreaterThan(600)
  })

  it('the next picture of the same size is seen at the same place; one of another size fits', () => {
    viewport.zoomTo(2, { x: 200, y: 200 })
    const { transform } = viewport
    viewport.show({ width: 4000, height: 3000 })
    expect(viewport.transform).toEqual(transform)
    viewport.show({ width: 3000, height: 4000 })
    expect(viewport.fitted).toBe(true)
  })

  it('the middle stays the middle when the window grows', () => {
    viewport.zoomTo(1)
    const before = under({ x: 500, y: 400 })
    viewport.resize({ width: 1400, height: 900 })
    expect(under({ x: 700, y: 450 }).x).toBeCloseTo(before.x)
    expect(under({ x: 700, y: 450 }).y).toBeCloseTo(before.y)
  })

  it('stays within sane zooms', () => {
    viewport.zoomBy(1e9)
    expect(viewport.zoom).toBe(32)
    viewport.zoomBy(1e-9)
    expect(viewport.zoom).toBeCloseTo(viewport.fitScale)
  })
})
