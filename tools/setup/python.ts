import { findProgram, reasonIn, runCommand } from './command.ts'

/** A Python and the pip that goes with it. */
export interface Pip {
  python: string
  env: NodeJS.ProcessEnv
}

/** `python3 -m pip`; where pip is not installed, the copy that Python carries inside its `ensurepip`. */
export async function findPip(): Promise<Pip> {
  const python = await findProgram('python3', 'python')
  if (!python) throw new Error('there is no python3 on the PATH')
  const installed = await runCommand(python, ['-m', 'pip', '--version'], { timeoutMs: 60_000 })
  if (installed.code === 0) return { python, env: {} }
  const bundled = await runCommand(python, ['-c', FIND_BUNDLED_PIP], { timeoutMs: 60_000 })
  const wheel = bundled.stdout.trim()
  if (bundled.code === 0 && wheel) return { python, env: { PYTHONPATH: wheel } }
  throw new Error(`${python} has no pip`)
}

/** The address of the package index that pip is set up to use ("simple" API, without a slash at the end). */
export async function packageIndex(): Promise<string> {
  const named = process.env.LIMPID_PACKAGE_INDEX ?? process.env.PIP_INDEX_URL
  if (named) return named.replace(/\/$/, '')
  const pip = await findPip().catch((error: Error) => {
    throw new Error(
      `${error.message}, so the address of Python's package index is not known (LIMPID_PACKAGE_INDEX can name it)`,
    )
  })
  const configured = await runCommand(pip.python, ['-m', 'pip', 'config', 'get', 'global.index-url'], {
    env: pip.env,
  })
  if (configured.code === 0 && configured.stdout.trim()) return configured.stdout.trim().replace(/\/$/, '')
  const builtIn = await runCommand(
    pip.python,
    ['-c', 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)'],
    { env: pip.env },
  )
  if (builtIn.code !== 0) throw new Error(`pip does not tell its package index: ${reasonIn(builtIn.output)}`)
  return builtIn.stdout.trim().replace(/\/$/, '')
}

const FIND_BUNDLED_PIP = `
import ensurepip, glob, os
print(glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), '_bundled', 'pip-*.whl'))[0])
`
