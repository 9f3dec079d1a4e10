import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PersonalityName, startBoshServer } from '../../../lib/testing/server'
import { shapesOf } from '../../fixtures/stanzas/dialogue'
import { debian } from '../servers/debian'
import { chatServers } from './chat-servers'

/*
 * The test kit answers each stanza as the real server does. On the newest Debian release, which the kit imitates,
 * UPDATE_STANZAS=1 writes what the real servers answer into spec/fixtures/stanzas, where `npm test` reads it.
 */

/** The answers of an earlier release that differ from those of the newest. */
const EARLIER: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // ejabberd 23.01 says that it stored the vCard, and did not. Later releases refuse it.
  'ejabberd on bookworm': {
    'vCard set to another account': ['iq type=result id=i1 from=user2@localhost to=user1@localhost/lab'],
  },
}

describe.each(chatServers)('%s', (personality: PersonalityName, start) => {
  test(`the test kit answers every stanza of a client as ${personality} does`, async () => {
    const server = await start()
    const kit = await startBoshServer({
      domain: 'localhost',
      accounts: { user1: 'user1', user2: 'user2' },
      personality,
    })
    try {
      for (const username of ['user1', 'user2']) await server.register(username, username)
      const [real, played] = await Promise.all([shapesOf(server.url), shapesOf(kit.url)])
      if (process.env['UPDATE_STANZAS'] !== undefined) {
        const file = join(__dirname, `../../fixtures/stanzas/${personality}.json`)
        writeFileSync(file, `${JSON.stringify(real, null, 2)}\n`)
      }

      expect({ ...played, ...EARLIER[`${personality} on ${debian}`] }).toEqual(real)
    } finally {
      await kit.close()
      await server.stop()
    }
  })
})
