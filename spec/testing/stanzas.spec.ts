import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PersonalityName, startBoshServer } from '../../lib/testing/server'
import { shapesOf } from '../fixtures/stanzas/dialogue'

/*
 * The recordings are answers of ejabberd 23.01 and Prosody 0.12. spec/live/test-kit/stanzas.spec.ts compares the servers
 * themselves with the test kit.
 */

test.each<PersonalityName>(['ejabberd', 'prosody'])(
  'the test kit answers every recorded stanza as %s does',
  async personality => {
    const file = join(__dirname, `../fixtures/stanzas/${personality}.json`)
    const accounts = { user1: 'user1', user2: 'user2' }
    const server = await startBoshServer({ domain: 'localhost', accounts, personality })
    const played = await shapesOf(server.url)
    await server.close()

    expect(played).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  },
)
