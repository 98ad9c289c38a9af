import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '../app/app.ts'
import { tooLarge } from '../app/kept-pictures.ts'
import { type ErrorData, toErrorData } from '../contract/errors.ts'

/** `POST /upload?name=…`, body: a picture's bytes → `{ path }`, for `addPictures`. Errors: `ErrorData`. */
export async function receiveUpload(
  app: App,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  limitBytes: number,
): Promise<void> {
  try {
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(name, limitBytes)
    // Left open when reading stops early, so that the answer still reaches the browser.
    const content = request.iterator({ destroyOnReturn: false })
    const path = await app.keepPicture(name, content, { uploaded: true, limitBytes })
    answer(response, 200, { path })
  } catch (thrown) {
    request.resume()
    const error = toErrorData(thrown)
    answer(response, statusOf(error), error)
  }
}

function statusOf({ code }: ErrorData): number {
  if (code === 'picture-too-large') return 413
  return code === 'disk-full' ? 507 : 500
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}
