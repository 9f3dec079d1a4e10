import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { enter } from './debian'

const ROOT_SENTENCE = /^You are root, so .* runs as root\..*\n/

const run = promisify(execFile)

/** The output of a command. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command on the Debian under test. Rejects when it fails, with its stderr as the message.
 *
 * @param input all of its stdin
 */
export async function command(words: readonly string[], input = ''): Promise<Printed> {
  const [path = '', ...args] = [...enter, ...words]
  const running = run(path, args, { timeout: 90_000 })
  running.child.stdin?.on('error', () => {}) // it ended early, and `running` rejects with the reason
  running.child.stdin?.end(input)
  try {
    const { stdout, stderr } = await running
    return { stdout: stdout.trim(), stderr: stderr.trim() }
  } catch (error) {
    // Not instanceof Error: node:child_process has another Error than the code in jest.
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(reasonIn(said) || `${words[0]} failed`, { cause: error })
  }
}

/** Returns the reason that a failed script wrote to stderr, without the sentence for a caller that is root. */
export function reasonIn(stderr: string): string {
  return stderr.replace(ROOT_SENTENCE, '')
}
