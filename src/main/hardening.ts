/** What pages may not do, whatever runs in them: ask for permissions, go elsewhere, open windows, use the network. */
import { app, type Session } from 'electron'
import { APP_ORIGIN, APP_PAGE, isOurs } from './scheme.ts'

export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !mayLoad(url) }))
  session.on('will-download', (event) => event.preventDefault())
}

/** For every page there will ever be. */
export function hardenPages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      // A reload stays; a file dropped beside its target, or a link, would replace the app.
      if (event.url.split(/[?#]/)[0] !== APP_PAGE) event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}

/** The page's own blobs and inline pictures never leave the process; the developer tools are Electron's own. */
function mayLoad(url: string): boolean {
  return isOurs(url) || url.startsWith(`blob:${APP_ORIGIN}/`) || /^(data|devtools):/.test(url)
}
