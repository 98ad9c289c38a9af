/** QUALITY.md, from the figures that stand in the models' manifests: a table a task, ours beside the published. */
import type { Manifest } from '../../src/contract/model.ts'
import { type Column, type Table, whatOf } from './tables.ts'

/** `specialists`: of all models; the cost of each stands beside that of the model that names it. */
export function qualityReport(
  tables: readonly Table[],
  models: readonly Manifest[],
  specialists: readonly Manifest[] = [],
): string {
  return `${HEAD}
${tables
  .map((table) =>
    section(
      table,
      models.filter((model) => model.task === table.task),
      specialists,
    ),
  )
  .join('\n')}`
}

const HEAD = `# Quality

\`\`\`sh
npm run quality -- --write              # measures every model in models/, writes manifests, cards and this file
npm run quality -- --write denoise-fast # measures that one alone; the others' figures are those of their manifests
npm run quality -- --write --no-measure # only writes this file anew
\`\`\`

On public test sets (LIMPID_DATA, default ../shared/data), in the conventions of the field (src/engine/evaluation). Rows in
bold are models that come with Limpid, one run each, without self-ensemble; the other rows are published figures, those of
OpenCV measured on the same test (tools/quality/telea.py). The cost is million multiply-accumulates for a pixel of the result.
`

function section(table: Table, models: readonly Manifest[], specialists: readonly Manifest[]): string {
  const families = Object.values(Object.groupBy(models, familyOf)) as Manifest[][]
  const measured = families.filter((family) => table.columns.some((column) => entryOf(column, family)))
  const rows = [
    ['', ...table.columns.map((column) => column.name), 'MMAC/px'],
    ['---', ...table.columns.map(() => '---:'), '---:'],
    ...(measured.length === 0 ? [] : [inputRow(table, measured.flat())]),
    ...table.published.map(({ name, values, cost }) => [
      name,
      ...values.map((value) => inFigures(value, table)),
      cost === undefined ? '–' : String(cost),
    ]),
    ...measured.map((family) => [
      `**${family.map(({ id }) => id).join(', ')}**`,
      ...table.columns.map((column) => bold(inFigures(entryOf(column, family)?.value ?? null, table))),
      bold(
        costsOf([...family, ...specialists.filter((one) => family.some((model) => isNamedBy(one, model)))]),
      ),
    ]),
  ]
  const commands = measured.flatMap((family) =>
    table.columns.flatMap((column) => entryOf(column, family)?.command ?? []),
  )
  return [
    `## ${table.title}${table.unit === '' ? '' : `, ${table.unit}`}\n`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    measured.length === 0
      ? 'No model for it has been measured yet.\n'
      : `\`\`\`sh\n${commands.join('\n')}\n\`\`\`\n`,
  ].join('\n')
}

function isNamedBy({ id }: Manifest, { specialists = {} }: Manifest): boolean {
  return Object.values(specialists).includes(id)
}

/** `upscale-2`, `-3` and `-4` make one row: each is about columns of its own. */
function familyOf({ id, scale }: Manifest): string {
  return scale === undefined ? id : id.replace(/-\d$/, '')
}

function entryOf(column: Column, models: readonly Manifest[]): Manifest['quality'][number] | undefined {
  const fitting = models.filter(({ scale }) => column.scale === undefined || scale === column.scale)
  return fitting.flatMap(({ quality }) => quality).find(({ what }) => what === whatOf(column))
}

/** Of every network that may be the one that is run. */
function costsOf(models: readonly Manifest[]): string {
  return [...new Set(models.map((model) => model.megaMacsPerPixel.toFixed(3)))].join(' / ')
}

/** The picture as it was, where the figure is one that it has. */
function inputRow(table: Table, models: readonly Manifest[]): string[] {
  const values = table.columns.map((column) => entryOf(column, models)?.input ?? null)
  return ['input', ...values.map((value) => inFigures(value, table)), '0']
}

function inFigures(value: number | null, { unit }: Table): string {
  return value === null ? '–' : value.toFixed(unit === '' ? 3 : unit === '%' ? 1 : 2)
}

const bold = (text: string) => (text === '–' ? text : `**${text}**`)
