/** Names of the messages from the preload to Electron's main process. */
export const CHANNELS = {
  /** With one end of a MessageChannel, for the RPC. */
  rpc: 'limpid:rpc',
  chooseFiles: 'limpid:choose-files',
  chooseFolder: 'limpid:choose-folder',
  chooseTarget: 'limpid:choose-target',
  showInFolder: 'limpid:show-in-folder',
  keepPicture: 'limpid:keep-picture',
} as const
