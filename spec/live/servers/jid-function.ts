import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { enter } from './debian'
import type { Prepared } from './live-server'

const run = promisify(execFile)

/**
 * Calls a function of ejabberd's own module `jid`. The server does not offer it, so it runs beside the server, on the
 * Erlang and with the libraries of the process `pid`.
 */
export async function jidFunction(
  pid: number,
  name: 'nodeprep' | 'nameprep',
  names: readonly string[],
): Promise<Prepared> {
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter(Boolean)
  const env = Object.fromEntries(environment.map(entry => entry.split(/=(.*)/s).slice(0, 2)))
  const escript = join(String(env['ROOTDIR']), 'bin/escript')
  const [path = escript, ...args] = [...enter, escript, join(__dirname, 'jid.escript'), name]
  const running = run(path, args, {
    env,
    maxBuffer: 2 ** 28,
    timeout: 60_000,
  })
  running.child.stdin?.on('error', () => {}) // it ended early, and `run` rejects with the reason
  running.child.stdin?.end(names.map(text => `${Buffer.from(text).toString('base64')}\n`).join(''))
  const answers = (await running).stdout.split('\n').slice(0, -1)
  if (answers.length !== names.length) throw new Error(`${answers.length} answers to ${names.length} names`)
  return answers.map(answer => (answer === '-' ? undefined : Buffer.from(answer, 'base64').toString()))
}
