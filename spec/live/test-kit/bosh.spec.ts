import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PersonalityName, startBoshServer } from '../../../lib/testing/server'
import { repliesOf } from '../../fixtures/bosh/dialogues'
import { chatServers } from './chat-servers'

/*
 * The test kit keeps the sessions of BOSH as the real server does. On the newest Debian release, which the kit imitates,
 * UPDATE_BOSH=1 writes the replies of the real servers into spec/fixtures/bosh, where `npm test` reads them.
 */

test.each(chatServers)('the test kit replies to strange and common requests as %s does', async (personality, start) => {
  const server = await start()
  const kit = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1' },
    personality: personality as PersonalityName,
    mechanisms: ['PLAIN', 'SCRAM-SHA-1'],
  })
  try {
    await server.register('user1', 'user1')
    const [real, played] = await Promise.all([repliesOf(server.url), repliesOf(kit.url)])
    if (process.env['UPDATE_BOSH'] !== undefined) {
      const file = join(__dirname, `../../fixtures/bosh/${personality}.json`)
      writeFileSync(file, `${JSON.stringify(real, null, 2)}\n`)
    }

    expect(played).toEqual(real)
  } finally {
    await kit.close()
    await server.stop()
  }
})
