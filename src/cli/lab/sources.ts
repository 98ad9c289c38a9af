/** What a command of the Lab works on: its model, and its pictures. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { LimpidError } from '../../contract/errors.ts'
import type { LabPicture, LabSource } from '../../contract/lab.ts'
import type { Context } from '../context.ts'
import { emptyName } from '../empty-name.ts'
import { positiveInteger } from '../options.ts'
import { dataFolder } from '../project.ts'
import { refuse } from '../refuse.ts'

export type SourceOptions = { fit?: 'crop' | 'resize'; mnist?: boolean; limit?: number; data?: string }
export type ModelOptions = { model: string }

export const withModel = (command: Command): Command =>
  command.requiredOption('--model <folder>', 'a trained autoencoder: its folder, or the id of one of the zoo')

export const withSource = (command: Command): Command =>
  command
    .argument('[pictures...]', 'pictures, or folders of pictures (searched deeply)')
    .addOption(
      new Option('--fit <how>', "what to do with pictures of another size than the model's").choices([
        'crop',
        'resize',
      ]),
    )
    .option('--mnist', 'the test digits of MNIST instead of pictures')
    .option('--limit <count>', 'the first so many of the digits', positiveInteger)
    .option(
      '--data <folder>',
      'folder of the data sets (default: LIMPID_DATA, else ../shared/data of the project)',
    )

/** Throws `bad-request` where no pictures are named, or something is said that would have no effect. */
export function sourceOf(
  command: Command,
  named: string[],
  options: SourceOptions,
  { cwd, env }: Context,
): LabSource {
  if (options.mnist) {
    refuse(command, ['pictures', 'fit'], 'with --mnist')
    const folder = path.join(dataFolder(options.data, cwd, env), 'mnist')
    return { kind: 'mnist', folder, split: 'test', limit: options.limit }
  }
  if (named.length === 0) {
    const hint = 'Name pictures or a folder of them, or say --mnist.'
    throw new LimpidError('bad-request', 'No pictures are named.', { hint })
  }
  if (named.includes('')) throw emptyName()
  refuse(command, ['limit', 'data'], 'without --mnist')
  return { kind: 'pictures', paths: named.map((name) => path.resolve(cwd, name)), fit: options.fit }
}

/** A number is the place of a picture among the others, from 0; anything else a file. `option`: the one that has it. */
export function pictureNamed(name: string, option: string, { cwd }: Context): LabPicture {
  if (name === '') throw emptyName(option)
  if (/^\d+$/.test(name)) return { kind: 'item', index: Number(name) }
  return { kind: 'file', path: path.resolve(cwd, name) }
}

/** The folder of a model that is named by its folder or its id. */
export async function modelFolder(name: string, { cwd, home, models }: Context): Promise<string> {
  const candidates = [path.resolve(cwd, name), path.join(home, 'zoo', 'models', name)]
  for (const folder of candidates) {
    if (await stat(path.join(folder, 'manifest.json')).catch(() => null)) return folder
  }
  try {
    return (await models.find(name)).folder
  } catch (thrown) {
    if (!(thrown instanceof LimpidError) || thrown.code !== 'model-unknown') throw thrown
    throw new LimpidError(
      'model-unknown',
      `There is no model in ${candidates[0]}, and none called "${name}".`,
      {
        file: candidates[0],
        hint: 'Train one: `limpid zoo`, or `limpid train` with a recipe of recipes/zoo.',
      },
    )
  }
}
