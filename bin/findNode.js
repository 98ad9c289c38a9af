import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const NEEDED = 24
const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node'

/**
 * A Node that runs the project: the one that is running if it is new enough, else the one among the dependencies, else
 * one on the PATH. `path` is null if there is none; `problem` tells a person of the dependencies' one and what to do.
 */
export function findNode(running = process.versions.node, own = ownNode(), path = process.env.PATH ?? '') {
  if (major(running) >= NEEDED) return { path: process.execPath, problem: null }
  const reason = whyUnfit(own)
  if (!reason) return { path: own, problem: null }
  const onPath = path.split(delimiter).filter(Boolean)
  const other = onPath.map((folder) => join(folder, PROGRAM)).find((file) => whyUnfit(file) === null)
  const problem = other
    ? `Limpid's own Node ${NEEDED} ${reason}: ${other} is used instead.`
    : `Limpid's own Node ${NEEDED} ${reason}. Run npm ci in its folder, or install Node ${NEEDED} or newer yourself.`
  return { path: other ?? null, problem }
}

/** The Node among the dependencies, wherever npm has put it. Null if it is not installed. */
function ownNode() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', PROGRAM)
  } catch {
    return null
  }
}

/** Why a program is no Node that runs the project, as the rest of a sentence; null if it is one. */
function whyUnfit(file) {
  if (file === null || !existsSync(file)) return 'is not installed'
  const { error, signal, status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  if (!error && status === 0) {
    return major(stdout.replace('v', '')) >= NEEDED ? null : `turns out to be ${stdout.trim()}`
  }
  // It is built for glibc. Where there is another libc (Alpine), the loader that it asks for is no file.
  const needs = process.platform === 'linux' ? ', and needs glibc 2.28 or newer' : ''
  return `does not start here (${error?.code ?? signal ?? `exit code ${status}`})${needs}`
}

function major(version) {
  return Number(version.split('.')[0])
}
