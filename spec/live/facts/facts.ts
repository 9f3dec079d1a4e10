import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../servers/command'
import { debian } from '../servers/debian'
import { startProsody } from '../servers/prosody'
import { startShipped } from '../servers/shipped'

/*
 * A fact is a habit of a server that matters to an app: measured, compared with the expected answer, and written into
 * docs/servers.md by spec/live/run. Each group of facts is a table there and a spec file here.
 */

/** The account that `block` blocks. */
export const BLOCKED = 'blocked'

/** Wrong passwords that the facts about bans send. The server bans at the last, not at the number that is shipped. */
export const GUESSES = 20

/** A server with the configuration that operators copy. */
export interface Subject {
  readonly name: 'ejabberd' | 'Prosody'
  readonly version: string
  /** Its BOSH address. */
  readonly url: string
  addUser(username: string, password: string): Promise<void>
  /** Blocks the account BLOCKED, which can then no longer log in. */
  block(): Promise<void>
  /** Returns the text of the captcha that was drawn last. */
  captchaText?(): Promise<string>
  stop(): Promise<void>
}

export interface Fact {
  /** The first cell of its row. */
  readonly fact: string
  readonly ejabberd: Expected
  readonly Prosody: Expected
  /** Returns the answer as the table shows it. Each fact uses accounts of its own. */
  measure(server: Subject): Promise<string>
}

/** One answer for all releases, or one for each. */
type Expected = string | Readonly<Record<'bookworm' | 'trixie' | 'sid', string>>

const SUBJECTS = {
  async ejabberd(): Promise<Subject> {
    const server = await startShipped({ values: { BLOCKED: `[${BLOCKED}@localhost]`, MAX_FAILURES: String(GUESSES) } })
    return { ...server, name: 'ejabberd', block: async () => {} } // its configuration blocks it
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

/** Declares the specs of a group of facts and records their answers for the table of that name. */
export function measureFacts(group: string, facts: readonly Fact[]): void {
  const measured: Record<string, Record<string, string>> = {}

  describe.each(['ejabberd', 'Prosody'] as const)(`on %s of ${debian}`, name => {
    let server: Subject
    const answers: Record<string, string> = {}
    beforeAll(async () => {
      server = await SUBJECTS[name]()
      measured[`${name} ${server.version}`] = answers
    })
    afterAll(() => server?.stop())

    test.each(facts.map(fact => ({ ...fact, expected: expectedOf(fact[name]) })))(
      'the answer to "$fact" is "$expected"',
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
