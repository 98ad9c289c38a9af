/** A picture of each step, beside its name. */
import Droplets from '@lucide/svelte/icons/droplets'
import FileText from '@lucide/svelte/icons/file-text'
import Grid3x3 from '@lucide/svelte/icons/grid-3x3'
import Maximize2 from '@lucide/svelte/icons/maximize-2'
import Paintbrush from '@lucide/svelte/icons/paintbrush'
import Palette from '@lucide/svelte/icons/palette'
import Sparkles from '@lucide/svelte/icons/sparkles'
import type { Step } from '../../contract/step.ts'

export const STEP_ICONS = {
  'jpeg-repair': Grid3x3,
  inpaint: Paintbrush,
  denoise: Sparkles,
  'document-clean': FileText,
  'restore-colour': Droplets,
  colourise: Palette,
  upscale: Maximize2,
} satisfies Record<Step['task'], unknown>
