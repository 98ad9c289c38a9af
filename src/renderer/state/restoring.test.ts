import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ModelSummary } from '../../contract/model.ts'
import type { Step } from '../../contract/step.ts'
import { aPicture, aResult } from './testing/examples.ts'
import { aWindow, settled } from './testing/window.ts'
import type { Workspace } from './workspace.svelte.ts'

let it_: Awaited<ReturnType<typeof aWindow>>
beforeEach(async () => {
  it_ = await aWindow()
})

describe('steps that take the place of others', () => {
  it('can be undone where those were chosen by hand; else nothing is said', async () => {
    const { workspace, notices, happens } = it_
    const { stack, restoring } = workspace
    restoring.oldPhoto()
    restoring.resetSteps()
    expect(
      notices.told.map(({ title }) => title),
      'only the preset is lost',
    ).toEqual(['Steps reset'])
    await happens({ type: 'picture', picture: aPicture('b.jpg') })
    stack.only(['b.jpg'], 'colourise')
    const [own, others] = ['old.jpg', 'b.jpg'].map((id) => stack.items(id))
    restoring.copyToAll()
    expect(stack.active('b.jpg')).toEqual(stack.active('old.jpg'))
    const copied = notices.told[1]
    expect(copied).toMatchObject({ title: 'Steps copied to all pictures' })
    expect(copied.more!.description).toBeUndefined()
    copied.more!.action!.run()
    expect([stack.items('old.jpg'), stack.items('b.jpg')]).toEqual([own, others])
  })
})

describe('what is painted over a picture', () => {
  /** As a browser draws it, but without pixels. */
  class Canvas {
    getContext = () => ({ fillRect: () => {}, stroke: () => {} })
    convertToBlob = async () => new Blob()
  }
  beforeEach(() => {
    vi.stubGlobal('OffscreenCanvas', Canvas)
    vi.stubGlobal('Path2D', class {})
    const { library, stack } = it_.workspace
    library.models = [{ id: 'inpaint', task: 'inpaint' } as ModelSummary]
    stack.only(['old.jpg'], 'inpaint')
  })
  afterEach(() => vi.unstubAllGlobals())

  function paint(): void {
    const { painting, stack } = it_.workspace
    const { mask } = stack.item('old.jpg', 'inpaint').step
    painting.begin(aPicture('old.jpg'), mask.kind === 'file' ? mask.path : null)
    painting.down({ x: 7, y: 7 })
  }
  const masks = (): unknown[] =>
    it_.restored.map(({ steps }) => steps.flatMap((step) => ('mask' in step ? [step.mask] : [])))
  const painted = { kind: 'file', path: expect.stringMatching(/^\/uploads\/1\/.*mask\.png$/) }

  it('is what is filled in by the button that restores, once', async () => {
    const { workspace } = it_
    paint()
    await Promise.all([workspace.restoreChosen(), workspace.restoreChosen()])
    expect(masks()).toEqual([[painted]])
    expect(workspace.painting.pictureId, 'the result is seen').toBeNull()
  })

  it('makes a picture that is done one to be restored', async () => {
    const { workspace, happens } = it_
    const steps: Step[] = [{ task: 'inpaint', model: 'inpaint', strength: 1, mask: { kind: 'scratches' } }]
    await happens({ type: 'picture', picture: aPicture('old.jpg', { result: aResult({ steps }) }) })
    const todo = () => workspace.todo.map(({ id }) => id)
    expect(todo()).toEqual([])
    paint()
    expect(todo()).toEqual(['old.jpg'])
    workspace.painting.undo()
    expect(todo()).toEqual([])
    paint()
    await workspace.restoreChosen()
    expect(masks()).toEqual([[painted]])
  })

  it('stays, and nothing is restored, if it cannot become a mask', async () => {
    const { workspace, notices, uploadsFail } = it_
    uploadsFail()
    paint()
    await workspace.restoreChosen()
    expect(notices.errors).toHaveLength(1)
    expect(it_.restored).toEqual([])
    expect(workspace.painting.strokes('old.jpg')).toHaveLength(1)
    expect(workspace.painting.pictureId).toBe('old.jpg')
  })

  it('is nothing if there is no stroke: the picture is restored by the mask in use, and seen', async () => {
    const { workspace } = it_
    paint()
    workspace.painting.undo()
    await workspace.restoreChosen()
    expect(masks()).toEqual([[{ kind: 'scratches' }]])
    expect(workspace.painting.pictureId).toBeNull()
  })

  it.each([
    ['scratches were', (workspace: Workspace) => workspace.restoring.findScratches()],
    ['the preset was', (workspace: Workspace) => workspace.restoring.oldPhoto()],
  ])('is not filled in where %s chosen since, until it is painted on again', async (_what, choose) => {
    const { workspace } = it_
    paint()
    await workspace.restoring.takeMask()
    workspace.painting.begin(aPicture('old.jpg'), '/uploads/1/old.jpg.mask.png')
    workspace.painting.down({ x: 9, y: 9 })
    choose(workspace)
    expect(workspace.painting.pictureId).toBeNull()
    await workspace.restoreChosen()
    expect(masks()).toEqual([[{ kind: 'scratches' }]])
    paint()
    await workspace.restoreChosen()
    expect(masks()[1]).toEqual([painted])
  })

  it.each([
    ['scratches', 'Scratches are looked for', (workspace: Workspace) => workspace.restoring.findScratches()],
    ['the preset', 'Steps of an old photo', (workspace: Workspace) => workspace.restoring.oldPhoto()],
    ['a new start', 'Steps reset', (workspace: Workspace) => workspace.restoring.resetSteps()],
  ])('can be had again, with the steps, where %s took its place', (_what, title, choose) => {
    const { workspace, notices } = it_
    const { stack, painting } = workspace
    stack.tell(['old.jpg'], 'inpaint', { strength: 0.4 })
    paint()
    const [steps, strokes] = [stack.items('old.jpg'), painting.strokes('old.jpg')]
    choose(workspace)
    expect(painting.strokes('old.jpg')).toEqual([])
    expect(notices.told).toMatchObject([{ title, more: { action: { label: 'Undo' } } }])
    expect(notices.told[0].more!.description).toContain('painted')
    notices.told[0].more!.action!.run()
    expect(stack.items('old.jpg')).toEqual(steps)
    expect(painting.strokes('old.jpg')).toEqual(strokes)
  })

  it('goes with a painted mask that the steps of another picture replace; what has no mask yet stays', async () => {
    const { workspace, happens } = it_
    for (const name of ['b.jpg', 'c.jpg']) await happens({ type: 'picture', picture: aPicture(name) })
    for (const name of ['b.jpg', 'c.jpg', 'b.jpg']) {
      workspace.painting.begin(aPicture(name), null)
      workspace.painting.down({ x: 7, y: 7 })
      if (name === 'b.jpg') await workspace.restoring.takeMask()
    }
    workspace.painting.begin(aPicture('b.jpg'), '/uploads/1/b.jpg.mask.png')
    workspace.restoring.copyToAll()
    expect(workspace.painting.strokes('b.jpg')).toEqual([])
    expect(workspace.painting.strokes('c.jpg')).toHaveLength(1)
  })

  it('stays as it is where nothing is to be filled in: it is neither used nor in the way', async () => {
    const { workspace, notices, uploadsFail } = it_
    uploadsFail()
    workspace.library.models = [...workspace.library.models, { id: 'd', task: 'denoise' } as ModelSummary]
    paint()
    workspace.stack.only(['old.jpg'], 'denoise')
    await workspace.restoreChosen()
    expect(notices.errors).toEqual([])
    expect(it_.restored.map(({ steps }) => steps.map(({ task }) => task))).toEqual([['denoise']])
    expect(workspace.painting.pictureId, 'the result is seen').toBeNull()
    expect(workspace.painting.strokes('old.jpg')).toHaveLength(1)
  })

  it('is waited for; pictures that were taken off or restored meanwhile are not queued with the others', async () => {
    const { workspace, happens, uploadsWait } = it_
    workspace.library.models = [...workspace.library.models, { id: 'd', task: 'denoise' } as ModelSummary]
    const names = ['b.jpg', 'c.jpg', 'd.jpg']
    for (const name of names) await happens({ type: 'picture', picture: aPicture(name) })
    workspace.stack.only(names, 'inpaint')
    paint()
    const go = uploadsWait()
    workspace.selection.all()
    const restoring = workspace.restoreChosen()
    await settled()
    await workspace.remove(['c.jpg'])
    const steps: Step[] = [{ task: 'inpaint', model: 'inpaint', strength: 1, mask: { kind: 'scratches' } }]
    await happens({ type: 'picture', picture: aPicture('d.jpg', { result: aResult({ steps }) }) })
    go()
    await restoring
    expect(it_.restored.map(({ ids }) => ids)).toEqual([['old.jpg'], ['b.jpg']])
  })
})
