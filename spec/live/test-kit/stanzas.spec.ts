import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PersonalityName, startBoshServer } from '../../../lib/testing/server'
import { shapesOf } from '../../fixtures/stanzas/dialogue'
import { chatServers } from './chat-servers'

/*
 * The test kit answers each stanza as the real server does. On the oldest Debian release, which the kit imitates,
 * UPDATE_STANZAS=1 writes what the real servers answer into spec/fixtures/stanzas, where `npm test` reads it.
 */

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

      expect(played).toEqual(real)
    } finally {
      await kit.close()
      await server.stop()
    }
  })
})
