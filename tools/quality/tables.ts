/**
 * What is measured of each task's models, on which public set, and what others are known to reach there. Published
 * figures are those of the methods' papers, in the conventions of contract/evaluation.ts.
 */
import type { Evaluation, PictureFigures } from '../../src/contract/evaluation.ts'
import { FIND_SCRATCHES, type Scale, type TrainedTask } from '../../src/contract/step.ts'

type Figure = Exclude<keyof PictureFigures, 'name' | 'inputPsnr'>
// One `Omit` for each kind of evaluation: of the union as a whole it would leave only what all have.
type Conditions = Evaluation extends infer Each
  ? Each extends Evaluation
    ? Omit<Each, 'folder' | 'data'>
    : never
  : never

export type Column = {
  name: string
  /** Below the data folder. */
  set: string
  /** How that set, and how it is taken, is called. */
  label: string
  conditions: Conditions
  figure: Figure
  /** The models that it is about: all of the task's if absent. */
  scale?: Scale
}

export type Table = {
  task: TrainedTask
  title: string
  unit: 'dB' | '%' | ''
  columns: Column[]
  published: {
    name: string
    /** One for each column; null: not published. */
    values: (number | null)[]
    /** Million multiply-accumulates a pixel. */
    cost?: number
  }[]
}

const SCALES = [2, 3, 4] as const

const upscaleOn = (set: string, label: string): Column[] =>
  SCALES.map((scale) => ({
    name: `×${scale}`,
    set: `sr/${set}`,
    label,
    conditions: { task: 'upscale', scale },
    figure: 'psnr',
    scale,
  }))

export const tables: readonly Table[] = [
  {
    task: 'denoise',
    title: 'Denoise: PSNR on CBSD68, colour',
    unit: 'dB',
    columns: [0, 15, 25, 50].map((sigma) => ({
      name: `σ ${sigma}`,
      set: 'cbsd68',
      label: 'CBSD68',
      conditions: { task: 'denoise', sigma, grey: false },
      figure: 'psnr',
    })),
    published: [
      { name: 'CBM3D', values: [null, 33.52, 30.71, 27.38] },
      { name: 'CDnCNN (one for each σ)', values: [null, 33.9, 31.24, 27.95], cost: 0.67 },
      { name: 'FFDNet', values: [null, 33.87, 31.21, 27.96], cost: 0.21 },
      { name: 'DRUNet', values: [null, 34.3, 31.69, 28.51], cost: 2.2 },
      { name: 'Restormer', values: [null, 34.4, 31.79, 28.6], cost: 2.15 },
    ],
  },
  {
    task: 'denoise',
    title: 'Denoise: PSNR on Set12, grey, by the same models',
    unit: 'dB',
    columns: [
      {
        name: 'σ 25',
        set: 'set12',
        label: 'Set12, grey',
        conditions: { task: 'denoise', sigma: 25, grey: true },
        figure: 'psnr',
      },
    ],
    published: [
      { name: 'BM3D', values: [29.97] },
      { name: 'DnCNN-B', values: [30.36] },
      { name: 'FFDNet', values: [30.43] },
      { name: 'DRUNet', values: [30.94] },
    ],
  },
  {
    task: 'denoise',
    title: 'Denoise: PSNR on PolyU, real noise of cameras',
    unit: 'dB',
    columns: [
      {
        name: 'real noise',
        set: 'polyu-test',
        label: 'PolyU',
        conditions: { task: 'pairs', grey: false },
        figure: 'psnr',
      },
    ],
    published: [],
  },
  {
    task: 'jpeg-repair',
    title: 'JPEG repair: PSNR of luma on Classic5',
    unit: 'dB',
    columns: [10, 20, 30, 40].map((quality) => ({
      name: `quality ${quality}`,
      set: 'classic5',
      label: 'Classic5',
      conditions: { task: 'jpeg', quality },
      figure: 'psnr',
    })),
    published: [
      { name: 'ARCNN', values: [29.03, 31.15, 32.51, 33.32] },
      { name: 'DnCNN-3', values: [29.4, 31.63, 32.91, 33.77], cost: 0.67 },
      { name: 'FBCNN', values: [30.12, 32.31, 33.54, 34.35] },
    ],
  },
  {
    task: 'upscale',
    title: 'Enlarge: PSNR of luma on Set5 (input: bicubic)',
    unit: 'dB',
    columns: upscaleOn('set5', 'Set5'),
    published: [
      { name: 'SRCNN', values: [36.66, 32.75, 30.49] },
      { name: 'FSRCNN', values: [36.94, 33.06, 30.55] },
      { name: 'VDSR', values: [37.56, 33.67, 31.35], cost: 0.67 },
      { name: 'SwinIR-light', values: [38.14, 34.62, 32.44] },
    ],
  },
  {
    task: 'upscale',
    title: 'Enlarge: PSNR of luma on Set14 (input: bicubic)',
    unit: 'dB',
    columns: upscaleOn('set14', 'Set14'),
    published: [
      { name: 'SRCNN', values: [32.45, 29.3, 27.5] },
      { name: 'FSRCNN', values: [32.63, 29.43, 27.59] },
      { name: 'VDSR', values: [33.02, 29.77, 27.99], cost: 0.67 },
      { name: 'SwinIR-light', values: [33.86, 30.54, 28.77] },
    ],
  },
  {
    task: 'document-clean',
    title: 'Clean documents: F-measure on DIBCO 2016, binarised as the window does (Sauvola)',
    unit: '%',
    columns: [
      {
        name: 'F-measure',
        set: 'documents/test',
        label: 'DIBCO 2016',
        conditions: { task: 'document', binarise: 'sauvola' },
        figure: 'fMeasure',
      },
    ],
    published: [
      { name: 'Otsu, of the page itself', values: [86.6] },
      { name: 'Sauvola, of the page itself', values: [83.8] },
    ],
  },
  {
    task: 'document-clean',
    title: 'Clean documents: RMSE on Denoising Dirty Documents, mean of the pages, less is better',
    unit: '',
    columns: [
      {
        name: 'RMSE',
        set: 'dirty-documents/test',
        label: 'Dirty Documents',
        conditions: { task: 'document', binarise: 'otsu' },
        figure: 'rmse',
      },
    ],
    published: [{ name: 'A simple convolutional autoencoder', values: [0.087] }],
  },
  {
    task: 'inpaint',
    title: 'Fill in: PSNR in thin scratches over 5 % of CBSD68',
    unit: 'dB',
    columns: [
      {
        name: 'scratches',
        set: 'cbsd68',
        label: 'CBSD68',
        conditions: { task: 'inpaint', grey: false },
        figure: 'psnr',
      },
    ],
    // As tools/quality/telea.py measures them on these very scratches, each at the radius that suits it best: 2 px.
    published: [
      { name: "OpenCV's Telea", values: [24.38] },
      { name: "OpenCV's Navier-Stokes", values: [24.92] },
    ],
  },
  {
    task: FIND_SCRATCHES,
    title: 'Find scratches: thin ones over 2 % of CBSD68, with the noise of a scan (σ 8)',
    unit: '%',
    columns: [
      { name: 'recall', figure: 'recall' } as const,
      { name: 'precision (within 2 px)', figure: 'precision' } as const,
      { name: 'marked where none are', figure: 'falseAlarms' } as const,
    ].map((column) => ({
      ...column,
      set: 'cbsd68',
      label: 'CBSD68',
      conditions: { task: 'scratches', grey: false },
    })),
    published: [],
  },
  {
    task: 'colourise',
    title: 'Colourise: PSNR on CBSD68 (input: grey)',
    unit: 'dB',
    columns: [
      { name: 'RGB', set: 'cbsd68', label: 'CBSD68', conditions: { task: 'colourise' }, figure: 'psnr' },
    ],
    published: [],
  },
]

/** How a figure is called in a model's manifest and card. */
export function whatOf({ label, name, figure }: Column): string {
  return `${label}, ${name}: ${FIGURE_NAMES[figure]}`
}

const FIGURE_NAMES: Record<Figure, string> = {
  psnr: 'PSNR',
  ssim: 'SSIM',
  fMeasure: 'F-measure',
  rmse: 'RMSE',
  recall: 'recall',
  precision: 'precision',
  falseAlarms: 'false alarms',
}

/** What measures it, as a person would type it: `limpid evaluate` finds the set below the data folder. */
export function commandOf(model: string, { set, conditions }: Column): string {
  const { task, ...rest } = conditions
  const options = Object.entries(rest).flatMap(([name, value]) => {
    if (value === false || value === undefined) return []
    return value === true ? [`--${name}`] : [`--${name} ${value}`]
  })
  return ['limpid evaluate', task, `--model ${model}`, `--data ${set}`, ...options].join(' ')
}
