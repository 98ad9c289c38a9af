import { app, Menu, type MenuItemConstructorOptions } from 'electron'

/** The application menu: the usual roles, and opening pictures. Zoom is left to the page, which zooms the picture. */
export function setMenu(openPictures: () => void): void {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  const developer: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      {
        label: '&File',
        submenu: [
          { label: '&Open…', accelerator: 'CmdOrCtrl+O', click: openPictures },
          { type: 'separator' },
          { role: process.platform === 'darwin' ? 'close' : 'quit' },
        ],
      },
      { role: 'editMenu' },
      { label: '&View', submenu: [{ role: 'togglefullscreen' }, ...developer] },
      { role: 'windowMenu' },
    ]),
  )
}
