import {
  type Api,
  type AppApi,
  api,
  type Input,
  type Method,
  type Output,
  type ParsedInput,
} from '../contract/api.ts'
import { databaseError } from './database-errors.ts'
import { parsed } from './parsed.ts'

/** Methods that may rely on their input. */
export type Methods = { [M in Method]: (input: ParsedInput<M>) => Output<M> | Promise<Output<M>> }

/** The methods as anybody may call them: each input is checked by the contract's schema, else `bad-request`. */
export function checkedApi(methods: Methods): Omit<AppApi, 'events'> {
  const checked = <M extends Method>(method: M) => {
    return async (input: Input<M>): Promise<Output<M>> => {
      const schema: Api[Method]['input'] = api[method].input
      const checkedInput = parsed<unknown>(schema, input ?? {}, method) as ParsedInput<M>
      try {
        return await methods[method](checkedInput)
      } catch (thrown) {
        throw databaseError(thrown)
      }
    }
  }
  const names = Object.keys(api) as Method[]
  return Object.fromEntries(names.map((name) => [name, checked(name)])) as Omit<AppApi, 'events'>
}
