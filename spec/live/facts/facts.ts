import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../servers/command'
import { debian } from '../servers/debian'
import { startProsody } from '../servers/prosody'
import { startShipped } from '../servers/shipped'

/*
 * A fact is something a server does that matters to who builds on it: measured, held against what we know, and written
 * into docs/servers.md by spec/live/run. Each group of facts is a table there, and a spec file here.
 */

/** The account that `block` is for. */
export const BLOCKED = 'blocked'

/** A server with the configuration people copy. */
export interface Subject {
  readonly name: 'ejabberd' | 'Prosody'
  readonly version: string
  /** Its BOSH address. */
  readonly url: string
  addUser(username: string, password: string): Promise<void>
  /** Lets an account not log in any more; the name has to be BLOCKED. */
  block(): Promise<void>
  /** What is to be read in the captcha that was drawn last. */
  captchaText?(): Promise<string>
  stop(): Promise<void>
}

export interface Fact {
  /** The head of its row. */
  readonly fact: string
  readonly ejabberd: Expected
  readonly Prosody: Expected
  /** The answer, as the table has it. Each fact has to do with accounts of its own. */
  measure(server: Subject): Promise<string>
}

/** The answer of all releases, or of each. */
type Expected = string | Readonly<Record<'bookworm' | 'trixie' | 'sid', string>>

const SUBJECTS = {
  async ejabberd(): Promise<Subject> {
    const server = await startShipped({ values: { BLOCKED: `[${BLOCKED}@localhost]` } })
    return { ...server, name: 'ejabberd', block: async () => {} } // its configuration does
  },
  async Prosody(): Promise<Subject> {
    const server = await startProsody()
    return {
      ...server,
      name: 'Prosody',
      addUser: server.register,
      async block() {
        const asRoot = process.getuid?.() === 0 ? ['--root'] : []
        const config = join(server.directory, 'instance.cfg.lua')
        const words = ['shell', 'user', 'disable', `${BLOCKED}@localhost`]
        await command(['prosodyctl', ...asRoot, '--config', config, ...words])
      },
    }
  },
} as const

/** Specs of a group of facts, and what they measured for the table of that name. */
export function measureFacts(group: string, facts: readonly Fact[]): void {
  const measured: Record<string, Record<string, string>> = {}

  describe.each(['ejabberd', 'Prosody'] as const)(`%s of ${debian}`, name => {
    let server: Subject
    const answers: Record<string, string> = {}
    beforeAll(async () => {
      server = await SUBJECTS[name]()
      measured[`${name} ${server.version}`] = answers
    })
    afterAll(() => server?.stop())

    test.each(facts.map(fact => ({ ...fact, expected: expectedOf(fact[name]) })))(
      '$fact: $expected',
      async ({ fact, measure, expected }) => {
        answers[fact] = await measure(server)

        expect(answers[fact]).toBe(expected)
      },
    )
  })

  afterAll(() => {
    const folder = process.env['LIVE_FACTS']
    if (folder === undefined) return
    mkdirSync(join(folder, group), { recursive: true })
    writeFileSync(join(folder, group, `${debian}.json`), JSON.stringify(measured))
  })
}

function expectedOf(expected: Expected): string {
  if (typeof expected === 'string') return expected
  const answer = { ...expected }[debian]
  if (answer === undefined) throw new Error(`nothing is known of ${debian}`)
  return answer
}
