/** sharp, set up once for the whole engine. Everything here imports sharp from this file. */

import sharp from 'sharp'

// libvips' cache of operations holds pictures in memory that nobody asks for twice, and keeps their files open: on
// Windows they could then not be replaced.
sharp.cache(false)

// Formats that are programs, or that libvips itself calls untrusted, are never opened, whatever a file's name says.
sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadVips', 'VipsForeignLoadPdf'] })

export { sharp }
