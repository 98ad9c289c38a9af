/** `limpid evaluate denoise`: how good a model is, measured on clean pictures with noise added. */
import path from 'node:path'
import { Command } from 'commander'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import type { Context, Perform } from '../context.ts'
import { positiveInteger, sigma } from '../options.ts'
import { withProgress } from '../progress.ts'
import { count, inMegapixels, inWords, table } from '../quantities.ts'

export type EvaluateOptions = {
  data: string
  sigma: number
  grey?: boolean
  limit?: number
  model: string
}

export function evaluateCommand(perform: Perform): Command {
  const denoise = new Command('denoise')
    .description('PSNR and SSIM of denoising: Gaussian noise is added to clean pictures and taken out again')
    .requiredOption('--data <folder>', 'folder of clean pictures')
    .requiredOption('--sigma <sigma>', 'standard deviation of the noise, on 0..255', sigma)
    .option('--grey', 'turn the pictures to grey first')
    .option('--limit <count>', 'only so many of the pictures', positiveInteger)
    .option('--model <id>', '`limpid models list` lists them', 'denoise-fast')
    .addHelpText(
      'after',
      `
Examples:
  limpid evaluate denoise --data ../shared/data/cbsd68 --sigma 25
  limpid evaluate denoise --data ../shared/data/set12 --sigma 25 --grey --json`,
    )
    .action((options: EvaluateOptions, command: Command) =>
      perform(command, (context) => evaluateDenoise(context, options)),
    )
  return new Command('evaluate').description('measure a model').addCommand(denoise)
}

export async function evaluateDenoise(context: Context, options: EvaluateOptions): Promise<boolean> {
  const { terminal, signal, cwd, backend } = context
  const model = await context.models.find(options.model)
  const data = path.resolve(cwd, options.data)
  const grey = options.grey ?? false
  const job = {
    task: 'denoise',
    folder: model.folder,
    data,
    sigma: options.sigma,
    grey,
    limit: options.limit,
  } as const
  const measured = await context.withEngine({ backend }, (engine) =>
    withProgress(terminal.errorOutput, (view) =>
      engine.run('evaluate', job, { signal, onProgress: view.update }),
    ),
  )
  terminal.print(report(measured, data, options.sigma, grey))
  terminal.result({ ok: true, ...measured, data, sigma: options.sigma, grey })
  return true
}

function report(measured: EngineOutput<'evaluate'>, data: string, noise: number, grey: boolean): string {
  const { model, backend, count: pictures, psnr, ssim, inputPsnr, seconds, megapixels } = measured
  const rows = [
    ['', 'PSNR, dB', 'SSIM'],
    ['noisy', inputPsnr.toFixed(2), ''],
    [model, psnr.toFixed(2), ssim.toFixed(4)],
  ]
  const what = `${count(pictures, 'picture')} of ${path.basename(data)}${grey ? ' in grey' : ''}, sigma ${noise}`
  const speed = `${inMegapixels(megapixels)} in ${inWords(seconds * 1000)} on ${backend}`
  return `${what}\n\n${table(rows, [1, 2])}\n\n${speed}`
}
