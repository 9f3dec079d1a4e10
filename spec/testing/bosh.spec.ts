import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PersonalityName, startBoshServer } from '../../lib/testing/server'
import { repliesOf } from '../fixtures/bosh/dialogues'

/*
 * The test kit keeps sessions as the real servers do, from which spec/live/test-kit/bosh.spec.ts has recorded the same
 * dialogues.
 */

test.each<PersonalityName>(['ejabberd', 'prosody'])(
  'the test kit replies to recorded requests as %s does',
  async name => {
    const recorded = JSON.parse(readFileSync(join(__dirname, `../fixtures/bosh/${name}.json`), 'utf8'))
    const kit = await startBoshServer({
      domain: 'localhost',
      accounts: { user1: 'user1' },
      personality: name,
      mechanisms: ['PLAIN', 'SCRAM-SHA-1'],
    })
    try {
      expect(await repliesOf(kit.url)).toEqual(recorded)
    } finally {
      await kit.close()
    }
  },
)
