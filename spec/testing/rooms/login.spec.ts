import nock from 'nock'
import { Authenticator } from '../../../lib'
import { mockBosh } from '../../../lib/testing/nock'
import {
  PERSONALITY_NAMES,
  type PersonalityName,
  type ResponderOptions,
  startBoshServer,
} from '../../../lib/testing/server'

/*
 * A login reads its role and its vCard from the test kit, with a port and without, in as many requests as real servers need.
 */

const ROOM = 'admins@rooms.localhost'
const SERVED: ResponderOptions = {
  domain: 'localhost',
  accounts: { alice: 'secret' },
  rooms: { [ROOM]: { owners: ['boss@localhost'], members: ['alice@localhost'] } },
  vcards: { alice: "<vCard xmlns='vcard-temp'><FN>Alice Liddell</FN></vCard>" },
  answerPause: 0,
}
/** Servers that show the room for a role to its members, with the requests that the answers take. */
const READABLE = new Map<PersonalityName, readonly string[]>([
  ['ejabberd', ['roles', 'poll']],
  ['prosody', ['roles']],
  ['openfire', ['roles', 'poll']],
])

// node:http belongs to the whole process, and specs that count connections run in it as well.
afterAll(() => nock.restore())

async function logIn(service: string) {
  const authenticator = new Authenticator({ service, domain: 'localhost', roles: { admins: ROOM }, profile: 'vcard' })
  const { roles, vcard } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
  await authenticator.close()
  return { roles, name: vcard?.displayName }
}

describe.each(PERSONALITY_NAMES)('as %s', personality => {
  const expected = { roles: READABLE.has(personality) ? ['admins'] : [], name: 'Alice Liddell' }

  test('a login has its role and its vCard', async () => {
    const server = await startBoshServer({ ...SERVED, personality })
    expect(await logIn(server.url)).toEqual(expected)

    const steps = server.requests.map(({ step }) => step)
    const asked = steps.slice(steps.indexOf('roles'), steps.indexOf('terminate'))
    expect(asked).toEqual(READABLE.get(personality) ?? (personality === 'mongooseim' ? ['roles', 'poll'] : ['roles']))
    await server.close()
  })

  test('a login without a port has its role and its vCard', async () => {
    const service = 'https://xmpp.test/bosh'
    const mock = mockBosh(service, { ...SERVED, personality })

    expect(await logIn(service)).toEqual(expected)
    mock.close()
  })
})
