import type { Job } from '../contract/api.ts'
import type { Picture } from '../contract/picture.ts'
import type { PictureCache } from './picture-cache.ts'

export type Known = {
  picture: (id: string) => Picture | undefined
  job: (id: string) => Job | undefined
  cache: PictureCache
}

/**
 * The file that a media path names: exactly what a picture or a finished job was given as one, with or without its
 * `?v=`. Anything else is null, whatever it would resolve to: a path is looked up here, never walked.
 */
export function mediaFile(path: string, { picture, job, cache }: Known): string | null {
  const wanted = plain(path)
  const [room, id] = path.split('/')
  const found = mediaOf(room, id).find((media) => media && plain(media) === wanted)
  return found ? cache.fileOf(found) : null

  function mediaOf(room: string, id: string) {
    if (room === 'downloads') return [job(id)?.saved?.download]
    const known = room === 'pictures' ? picture(id) : undefined
    return [known?.thumbnail, known?.view, known?.noiseMap, known?.result?.view, known?.result?.noiseMap]
  }
}

/** Less its query, each letter written one way: a browser may encode more of them than we do. */
function plain(path: string): string {
  return path
    .split('?')[0]
    .split('/')
    .map((segment) => {
      try {
        return decodeURIComponent(segment)
      } catch {
        return segment
      }
    })
    .join('\n')
}
