/** sharp, set up once for the whole engine. Everything here imports sharp from this file. */

import sharp from 'sharp'

// libvips remembers opened files by their path, and would show an old picture after the file was replaced.
sharp.cache(false)

// Formats that are programs, or that libvips itself calls untrusted, are never opened, whatever a file's name says.
sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadVips', 'VipsForeignLoadPdf'] })

export { sharp }
