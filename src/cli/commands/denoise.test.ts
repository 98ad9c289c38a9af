/** `limpid denoise`, and with it how pictures go from file to file, whatever is done to them. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { commandLine, MODEL } from '../testing/command-line.ts'
import { writePictures } from '../testing/fake-engine.ts'

const cli = commandLine()
const { limpid } = cli

describe('denoise', () => {
  test('writes beside the original and prints where; the rest goes to stderr', async () => {
    const [photo] = await writePictures(cli.cwd, ['photo.jpg'])
    const { exitCode, out, err } = await limpid('denoise', 'photo.jpg')
    expect(exitCode).toBe(0)
    expect(out).toBe(`${path.join(cli.cwd, 'photo-limpid.jpg')}\n`)
    expect(err).toMatch(/photo\.jpg.*12\.0 MP.*fake/)
    expect(readFileSync(photo!, 'utf8')).toBe('photo.jpg')
    expect(existsSync(path.join(cli.cwd, 'photo-limpid.jpg'))).toBe(true)
  })

  test('passes its options on to the engine', async () => {
    await writePictures(cli.cwd, ['photo.jpg'])
    const options = [
      '--strength',
      '0.4',
      '--format',
      'webp',
      '--quality',
      '80',
      '--overwrite',
      '--backend',
      'wasm',
    ]
    await limpid('denoise', 'photo.jpg', ...options)
    expect(cli.wishes).toMatchObject([{ backend: 'wasm' }])
    expect(cli.engine.asked[0]?.input).toEqual({
      path: path.join(cli.cwd, 'photo.jpg'),
      steps: [{ task: 'denoise', folder: MODEL.folder, strength: 0.4 }],
      target: { path: path.join(cli.cwd, 'photo-limpid.webp'), format: 'webp', quality: 80, overwrite: true },
    })
  })

  test('bad files cost one line each, the others are done, and the exit code tells', async () => {
    await writePictures(cli.cwd, ['a.png', 'bad.png', 'crash.png', 'z.png'])
    const { exitCode, out, err } = await limpid(
      'denoise',
      'a.png',
      'bad.png',
      'missing.png',
      'crash.png',
      'z.png',
    )
    expect(exitCode).toBe(1)
    expect(
      out
        .split('\n')
        .filter(Boolean)
        .map((line) => path.basename(line)),
    ).toEqual(['a-limpid.png', 'z-limpid.png'])
    const complaints = err.split('\n').filter((line) => line.startsWith('limpid: '))
    expect(complaints).toHaveLength(3)
    expect(complaints).toContain('limpid: bad.png failed. Try another.')
    expect(complaints.join()).toContain('missing.png is not there.')
    expect(err).not.toMatch(/\bat .*\.ts:\d+/)
    expect(err).toContain('noise of σ 9.8 removed')
  })

  test('--json: one object and nothing else on stdout, with what went well and what did not', async () => {
    await writePictures(cli.cwd, ['a.png', 'bad.png'])
    const { exitCode, json } = await limpid('denoise', '--json', 'a.png', 'bad.png')
    expect(exitCode).toBe(1)
    expect(json()).toMatchObject({
      ok: false,
      results: [
        {
          input: path.join(cli.cwd, 'a.png'),
          output: path.join(cli.cwd, 'a-limpid.png'),
          bytes: 5,
          seconds: 2,
          notes: [],
          noise: { sigma: 12.3 },
          removedNoise: { sigma: 9.8 },
        },
      ],
      errors: [{ code: 'not-a-picture', file: path.join(cli.cwd, 'bad.png') }],
    })
  })

  test('a folder keeps its shape in the output folder, and its earlier results are left out', async () => {
    mkdirSync(path.join(cli.cwd, 'in/may'), { recursive: true })
    await writePictures(path.join(cli.cwd, 'in'), ['a.png', 'a-limpid.png', 'note.txt'])
    await writePictures(path.join(cli.cwd, 'in/may'), ['a.png'])
    const { exitCode, err } = await limpid('denoise', 'in', '-o', 'out')
    expect(exitCode).toBe(0)
    expect(existsSync(path.join(cli.cwd, 'out/a.png'))).toBe(true)
    expect(existsSync(path.join(cli.cwd, 'out/may/a.png'))).toBe(true)
    expect(cli.engine.asked).toHaveLength(2)
    expect(err).toContain('1 earlier result')
  })

  test('results that went into a folder inside are not cleaned again; a folder that is named itself is', async () => {
    await writePictures(cli.cwd, ['a.jpg'])
    await limpid('denoise', '.', '-o', 'clean')
    expect(existsSync(path.join(cli.cwd, 'clean/a.jpg'))).toBe(true)
    const again = await limpid('denoise', '.', '-o', 'clean', '--overwrite')
    expect(again.out).toBe(`${path.join(cli.cwd, 'clean/a.jpg')}\n`)
    expect(again.err).toContain('1 earlier result left out.')
    const named = await limpid('denoise', 'clean', '-o', 'clean')
    expect(named.out).toBe(`${path.join(cli.cwd, 'clean/a-limpid.jpg')}\n`)
  })

  test('pictures that the shell names are cleaned a second time without their earlier results', async () => {
    await writePictures(cli.cwd, ['a.jpg', 'b-limpid.jpg'])
    await limpid('denoise', 'a.jpg')
    const all = ['a-limpid.jpg', 'a.jpg', 'b-limpid.jpg']
    const { exitCode, out, err } = await limpid('denoise', ...all, '--overwrite')
    expect(exitCode, err).toBe(0)
    const written = ['a-limpid.jpg', 'b-limpid-limpid.jpg'].map((name) => `${path.join(cli.cwd, name)}\n`)
    expect(out).toBe(written.join(''))
    expect(err).toContain('1 earlier result left out.')
    const inFolderToo = await limpid('denoise', '.', 'a-limpid.jpg', '--overwrite')
    expect(inFolderToo.err).toContain('2 earlier results left out.')
    expect((await limpid('denoise', 'a-limpid.jpg')).exitCode).toBe(0)
  })

  test('an error that names no file is told with the picture that it was met with', async () => {
    await writePictures(cli.cwd, ['a.jpg', 'huge.jpg'])
    const { err, json } = await limpid('denoise', 'a.jpg', 'huge.jpg', '--json')
    expect(err).toContain('limpid: huge.jpg: It would have 400 megapixels.')
    expect(json().errors).toMatchObject([{ file: path.join(cli.cwd, 'huge.jpg') }])
  })

  test('a folder without pictures is an error that names it', async () => {
    mkdirSync(path.join(cli.cwd, 'empty'))
    const { exitCode, err } = await limpid('denoise', 'empty')
    expect(exitCode).toBe(1)
    expect(err).toContain(path.join(cli.cwd, 'empty'))
    expect(cli.engine.asked).toEqual([])
  })

  test('two inputs never get the same output, not even with --overwrite', async () => {
    mkdirSync(path.join(cli.cwd, 'x'))
    mkdirSync(path.join(cli.cwd, 'y'))
    await writePictures(path.join(cli.cwd, 'x'), ['a.png'])
    await writePictures(path.join(cli.cwd, 'y'), ['a.png'])
    const { json } = await limpid('denoise', 'x/a.png', 'y/a.png', '-o', 'out', '--overwrite', '--json')
    const { results, errors } = json()
    expect(results).toHaveLength(1)
    expect(errors).toMatchObject([{ code: 'file-exists', file: path.join(cli.cwd, 'y/a.png') }])
  })

  describe('with --overwrite', () => {
    const told = (file: string) => readFileSync(path.join(cli.cwd, file), 'utf8')
    beforeEach(() => {
      for (const folder of ['photos', 'other']) {
        mkdirSync(path.join(cli.cwd, folder))
        writeFileSync(path.join(cli.cwd, folder, 'cat.jpg'), `the original in ${folder}`)
      }
    })

    test.skipIf(process.platform === 'win32')(
      'a folder that is a link to the originals is their own: results stand beside them',
      async () => {
        symlinkSync('photos', path.join(cli.cwd, 'link'))
        mkdirSync(path.join(cli.cwd, 'photos/may'))
        await writePictures(path.join(cli.cwd, 'photos/may'), ['dog.jpg'])
        const { exitCode, out } = await limpid('denoise', 'photos', '-o', 'link', '--overwrite')
        expect(exitCode).toBe(0)
        const written = ['link/cat-limpid.jpg', 'link/may/dog-limpid.jpg']
        expect(out).toBe(written.map((file) => `${path.join(cli.cwd, file)}\n`).join(''))
      },
    )

    test.skipIf(process.platform === 'win32').each([
      ['the folder of the results by a link', 'photos/clean', 'latest'],
      ['a folder elsewhere that a link in the photos leads to', 'elsewhere', 'photos/latest'],
    ])('a second run leaves out what is in %s', async (_, folder, link) => {
      mkdirSync(path.join(cli.cwd, folder))
      symlinkSync(path.join(cli.cwd, folder), path.join(cli.cwd, link))
      for (const earlier of ['', '1 earlier result left out.']) {
        const { exitCode, out, err } = await limpid('denoise', 'photos', '-o', link, '--overwrite')
        expect(exitCode, err).toBe(0)
        expect(out).toBe(`${path.join(cli.cwd, link, 'cat.jpg')}\n`)
        expect(err).toContain(earlier)
      }
      expect((await limpid('denoise', folder, '-o', link)).out).toBe(
        `${path.join(cli.cwd, link, 'cat-limpid.jpg')}\n`,
      )
    })

    test('no result replaces another picture that was named', async () => {
      const named = ['other/cat.jpg', 'photos/cat.jpg']
      const { exitCode, json } = await limpid('denoise', ...named, '-o', 'photos', '--overwrite', '--json')
      expect(exitCode).toBe(1)
      const [other, photo] = named.map((file) => path.join(cli.cwd, file))
      expect(json().errors).toMatchObject([{ code: 'file-exists', file: other }])
      expect(json().errors[0].message).toContain(`would replace the original ${photo}`)
      expect(told('photos/cat.jpg')).toBe('the original in photos')
      expect(told('photos/cat-limpid.jpg')).toBe('the original in photos')
    })

    test.skipIf(process.platform === 'win32')(
      'no result replaces its own original, which a link led to',
      async () => {
        mkdirSync(path.join(cli.cwd, 'album'))
        symlinkSync('../photos/cat.jpg', path.join(cli.cwd, 'album/cat.jpg'))
        const { json } = await limpid('denoise', 'album', '-o', 'photos', '--overwrite', '--json')
        expect(json()).toMatchObject({ results: [], errors: [{ code: 'file-exists' }] })
        expect(cli.engine.asked).toEqual([])
      },
    )

    test('an original is replaced where --output names it itself', async () => {
      const file = 'photos/cat.jpg'
      expect((await limpid('denoise', file, '-o', file, '--overwrite')).exitCode).toBe(0)
      expect((await limpid('denoise', file, '-o', file)).exitCode).toBe(1)
    })

    test.skipIf(process.platform === 'win32')(
      'an original is replaced where --output names it by way of a link',
      async () => {
        symlinkSync('photos', path.join(cli.cwd, 'link'))
        for (const [file, output] of [
          ['photos/cat.jpg', 'link/cat.jpg'],
          ['link/cat.jpg', 'photos/cat.jpg'],
        ] as const) {
          const { exitCode, err } = await limpid('denoise', file, '-o', output, '--overwrite')
          expect(exitCode, err).toBe(0)
          expect((await limpid('denoise', file, '-o', output)).exitCode).toBe(1)
        }
      },
    )
  })

  test('a file named twice is done once', async () => {
    await writePictures(cli.cwd, ['a.png'])
    expect((await limpid('denoise', 'a.png', './a.png')).exitCode).toBe(0)
    expect(cli.engine.asked).toHaveLength(1)
  })

  test('an output folder that cannot be made is an error of each picture', async () => {
    await writePictures(cli.cwd, ['a.png', 'b.png', 'taken'])
    const { exitCode, json } = await limpid('denoise', 'a.png', 'b.png', '-o', 'taken/out', '--json')
    expect(exitCode).toBe(1)
    expect(json().errors.map(({ code }: { code: string }) => code)).toEqual([
      'file-unwritable',
      'file-unwritable',
    ])
  })

  test('no backend: every picture would fail, so it is said once', async () => {
    await writePictures(cli.cwd, ['no-backend-1.png', 'no-backend-2.png'])
    const { json } = await limpid('denoise', 'no-backend-1.png', 'no-backend-2.png', '--json')
    expect(json().errors).toHaveLength(1)
  })

  test('a backend that fails half-way is named with its reason; the exit code is that of the results', async () => {
    await writePictures(cli.cwd, ['gpu-lost.png', 'a.png'])
    const { exitCode, err } = await limpid('denoise', 'gpu-lost.png', 'a.png')
    expect(exitCode).toBe(0)
    expect(err).toContain('Now computing with wasm instead of webgpu. The device was lost.\n')
  })

  test('an unknown model is an error before any work', async () => {
    await writePictures(cli.cwd, ['a.png'])
    const { exitCode, err } = await limpid('denoise', 'a.png', '--model', 'none')
    expect(exitCode).toBe(1)
    expect(err).toBe('limpid: There is no model "none". There is denoise-fast.\n')
    expect(cli.engine.asked).toEqual([])
  })

  test('Ctrl-C: what is done is kept and told, the rest is left, exit code 130', async () => {
    await writePictures(cli.cwd, ['a.png', 'slow.png', 'z.png'])
    const atSlow = vi.waitUntil(() => cli.engine.asked.length === 2, { timeout: 10_000 })
    void atSlow.then(() => cli.interruption.abort())
    const { exitCode, json } = await limpid('denoise', 'a.png', 'slow.png', 'z.png', '--json')
    expect(exitCode).toBe(130)
    expect(json()).toMatchObject({ ok: false, results: [{ bytes: 5 }], errors: [{ code: 'cancelled' }] })
    expect(cli.engine.asked).toHaveLength(2)
  })
})
