/** `limpid models list|show|export`: which models there are, what each is, and how others can run it. */
import path from 'node:path'
import { Command } from 'commander'
import type { ModelSummary } from '../../contract/model.ts'
import type { Context, Perform } from '../context.ts'
import { fileSize, table } from '../quantities.ts'

export function modelsCommand(perform: Perform): Command {
  const list = new Command('list')
    .description('every model that is there')
    .action((_options: object, command: Command) => perform(command, listModels))
  const show = new Command('show')
    .description('one model: what it is, what it was trained on, how good it is')
    .argument('<id>')
    .action((id: string, _options: object, command: Command) =>
      perform(command, (context) => showModel(context, id)),
    )
  const exportTo = new Command('export')
    .description('write a model in a format that other programs run')
    .argument('<id>')
    .requiredOption(
      '--onnx <file>',
      'the ONNX file to write; pictures in it are [batch, channels, height, width]',
    )
    .option('--overwrite', 'replace the file if it is there already')
    .action((id: string, options: ExportOptions, command: Command) =>
      perform(command, (context) => exportModel(context, id, options)),
    )
  return new Command('models')
    .description('list, explain and export models')
    .addCommand(list)
    .addCommand(show)
    .addCommand(exportTo)
}

type ExportOptions = { onnx: string; overwrite?: boolean }

async function listModels({ terminal, models }: Context): Promise<boolean> {
  const { models: all, errors } = await models.list()
  const rows = all.map(({ id, task, title, parameterCount, shipped }) => [
    id,
    task,
    inMillions(parameterCount),
    title,
    shipped ? '' : '(trained here)',
  ])
  terminal.print(
    all.length === 0 ? 'No models.' : table([['id', 'task', 'weights', 'title', ''], ...rows], [2]),
  )
  const ok = errors.length === 0
  terminal.result({ ok, models: all, errors: errors.map((error) => terminal.error(error)) })
  return ok
}

async function showModel({ terminal, models }: Context, id: string): Promise<boolean> {
  const model = await models.find(id)
  terminal.print(describe(model))
  terminal.result({ ok: true, model })
  return true
}

async function exportModel(context: Context, id: string, { onnx, overwrite = false }: ExportOptions) {
  const { terminal, models, cwd, signal, backend, withEngine } = context
  const { folder } = await models.find(id)
  const target = path.resolve(cwd, onnx)
  const { path: output, bytes } = await withEngine({ backend }, (engine) =>
    engine.run('exportOnnx', { folder, path: target, overwrite }, { signal }),
  )
  terminal.print(`${output} (${fileSize(bytes)})`)
  terminal.result({ ok: true, model: id, output, bytes })
  return true
}

function describe(model: ModelSummary): string {
  const parameters = Object.entries(model.architecture.parameters)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ')
  const rows = [
    ['task', model.task],
    ['version', `${model.version}, of ${model.created}`],
    ['architecture', `${model.architecture.name} (${parameters})`],
    ['weights', inMillions(model.parameterCount)],
    ['cost', `${model.megaMacsPerPixel} million multiply-accumulates a pixel`],
    ['sees', `${model.receptiveFieldRadius} px around each pixel`],
    ['trained on', model.provenance],
    ['fine-tuned from', model.parent ?? 'nothing: trained from scratch'],
    ['licence', model.licence],
    ['folder', model.folder],
  ]
  const measured = model.quality.map(({ what, value, unit, command }) => [what, `${value} ${unit}`, command])
  const quality = measured.length === 0 ? 'Not measured.' : table(measured, [1])
  return `${model.id}: ${model.title}\n\n${table(rows)}\n\n${quality}`
}

function inMillions(parameters: number): string {
  return parameters < 1e5 ? String(parameters) : `${(parameters / 1e6).toFixed(2)} M`
}
