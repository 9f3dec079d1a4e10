import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Something that the client prints; person.py lists all. */
export interface PersonEvent {
  readonly event: 'online' | 'refused' | 'offline' | 'message' | 'iq'
  readonly jid?: string
  readonly type?: string
  readonly from?: string
  readonly to?: string
  readonly id?: string
  readonly body?: string
  readonly thread?: string
  readonly delayed?: boolean
  readonly confirm?: { readonly id: string; readonly url: string; readonly method: string } | null
  /** condition of an error */
  readonly error?: string | null
  readonly xml?: string
}

/** Command for the client; person.py explains each. */
export type PersonCommand =
  | { readonly confirms: 'yes' | 'no' | 'ignore' }
  | { readonly answer: 'yes' | 'no' }
  | { readonly say: string; readonly to?: string }
  | { readonly send: string }
  | { readonly presence: 'available' | 'unavailable'; readonly priority?: number }

export interface PersonOptions {
  /** with a resource, or without one */
  readonly jid: string
  readonly password: string
  /** port for clients on 127.0.0.1 */
  readonly port: number
  /** file of the authorities for STARTTLS; without it the stream is plain text */
  readonly ca?: string
}

/** A person whose client is slixmpp. */
export interface Person {
  /** everything that happened, the oldest first */
  readonly events: readonly PersonEvent[]
  /** Resolves to the first event that `isIt` accepts, of those after the first `skip`. Rejects after `ms`. */
  until(isIt: (event: PersonEvent) => boolean, options?: { skip?: number; ms?: number }): Promise<PersonEvent>
  /** Resolves to the next message with a body that is not among the first `skip` events. */
  told(skip?: number): Promise<PersonEvent>
  do(command: PersonCommand): void
  /** Logs out and ends the client. A second call does nothing. */
  stop(): Promise<void>
}

/** Logs a person in and resolves when the client is online. Needs Debian's python3-slixmpp, on this machine. */
export async function startPerson({ jid, password, port, ca }: PersonOptions): Promise<Person> {
  const args = [join(__dirname, 'person.py'), jid, password, '127.0.0.1', String(port), ...(ca ? [ca] : [])]
  const child = spawn('/usr/bin/python3', args)
  const person = personOf(child)
  try {
    const { event } = await person.until(({ event }) => event === 'online' || event === 'refused')
    if (event === 'refused') throw new Error(`the server refused ${jid}`)
    return person
  } catch (error) {
    await person.stop()
    throw error
  }
}

function personOf(child: ChildProcessWithoutNullStreams): Person {
  const events: PersonEvent[] = []
  const listeners = new Set<() => void>()
  let ended: string | undefined
  let stderr = ''
  const wake = () => {
    for (const listener of listeners) listener()
  }
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin.on('error', () => {}) // it has ended, and `until` rejects with the reason
  createInterface({ input: child.stdout }).on('line', line => {
    events.push(JSON.parse(line))
    wake()
  })
  const closed = once(child, 'close').then(([code]) => {
    ended = `the client ended with ${code}: ${stderr.trim().split('\n').at(-1)}`
    wake()
  })
  const until: Person['until'] = (isIt, { skip = 0, ms = 15_000 } = {}) =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        listeners.delete(look)
        act()
      }
      const look = () => {
        const found = events.slice(skip).find(isIt)
        if (found) settle(() => resolve(found))
        else if (ended !== undefined) settle(() => reject(new Error(ended)))
      }
      const late = () => settle(() => reject(new Error(`not within ${ms} ms; seen: ${JSON.stringify(events)}`)))
      const timer = setTimeout(late, ms)
      listeners.add(look)
      look()
    })
  return {
    events,
    until,
    told: (skip = 0) => until(({ event, type, body }) => event === 'message' && type !== 'error' && !!body, { skip }),
    do: command => void child.stdin.write(`${JSON.stringify(command)}\n`),
    async stop() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await closed
      clearTimeout(timer)
    },
  }
}
