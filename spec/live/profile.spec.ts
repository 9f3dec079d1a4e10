import { Authenticator, type AuthenticatorOptions, Strategy } from '../../lib'
import { ASK_MS } from '../../lib/limits'
import { form, visit } from '../fixtures/passport'
import { startEjabberdRooms } from './servers/rooms/ejabberd-rooms'
import { startProsodyRooms } from './servers/rooms/prosody-rooms'
import { CLOSED, PASSWORD, type RoomServer } from './servers/rooms/rooms'
import { enter } from './servers/rooms/visitor'

/* Profiles from vCards that are stored on real servers. Each test has an account of its own. */

let servers: RoomServer[] = []
beforeAll(async () => {
  servers = await Promise.all([startEjabberdRooms(), startProsodyRooms()])
}, 90_000)
afterAll(() => Promise.all(servers.map(server => server.stop())))

const opened: (Authenticator | Strategy)[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(one => one.close()))
})

/** Returns a PNG by its first bytes, of 16 by 16 pixels and the given size. */
function png(bytes = 100): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d4948445200000010000000100806000000', 'hex')
  return Buffer.concat([header, Buffer.alloc(bytes - header.length, 7)])
}

const photoOf = (bytes: Buffer, type = 'image/png') =>
  `<PHOTO><TYPE>${type}</TYPE><BINVAL>${bytes.toString('base64')}</BINVAL></PHOTO>`
const emailOf = (address: string) => `<EMAIL><INTERNET/><USERID>${address}</USERID></EMAIL>`

const FULL = `<FN>Zoë O'Neil</FN><N><FAMILY>O'Neil</FAMILY><GIVEN>Zoë</GIVEN></N><NICKNAME>zo</NICKNAME>${emailOf(
  'zoe@example.com',
)}${photoOf(png())}`

/** Contents of vCards that try something, and what is left of them. */
const HOSTILE = [
  { what: 'HTML in the name', vcard: '<FN>&lt;b&gt;Ann&lt;/b&gt;</FN>', read: { displayName: '<b>Ann</b>' } },
  {
    what: 'direction of writing turned',
    vcard: '<FN>Ann\u202egnp.exe\u2066\u200f</FN>',
    read: { displayName: 'Anngnp.exe' },
  },
  { what: 'name of several lines', vcard: '<FN>Ann\n\n  \t Example\n</FN>', read: { displayName: 'Ann Example' } },
  {
    what: 'name of 10,000 characters',
    vcard: `<FN>${'a'.repeat(10_000)}</FN>`,
    read: { displayName: 'a'.repeat(200) },
  },
  {
    what: 'addresses, rights and identifiers of others',
    vcard:
      '<FN>Ann</FN><URL>javascript:alert(1)</URL><JABBERID>owner@localhost</JABBERID><UID>1</UID><ROLE>admin</ROLE>' +
      '<ORG><ORGNAME>admins</ORGNAME></ORG>',
    read: { displayName: 'Ann' },
  },
  {
    what: 'e-mail addresses of others, and texts that are none',
    vcard: `<FN>Ann</FN>${['ceo@victim.example', 'javascript:alert(1)', 'a@b', 'x y@example.com'].map(emailOf).join('')}`,
    read: { displayName: 'Ann', emails: [{ value: 'ceo@victim.example', verified: false }] },
  },
  {
    what: 'PNG that says it is SVG',
    vcard: `<FN>Ann</FN>${photoOf(png(), 'image/svg+xml')}`,
    read: { displayName: 'Ann', photos: [{ value: `data:image/png;base64,${png().toString('base64')}` }] },
  },
  {
    what: 'SVG that says it is PNG',
    vcard: `<FN>Ann</FN>${photoOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'))}`,
    read: { displayName: 'Ann' },
  },
  {
    what: 'photo at an address',
    vcard: '<FN>Ann</FN><PHOTO><EXTVAL>http://169.254.169.254/latest</EXTVAL></PHOTO>',
    read: { displayName: 'Ann' },
  },
]

describe.each([
  ['ejabberd', 0],
  ['Prosody', 1],
])('on %s', (_, index) => {
  const server = () => servers[index] as RoomServer

  let accounts = 0
  /** Makes an account, which stores a vCard with the given content, if there is one. */
  async function stored(content?: string): Promise<string> {
    const username = `account${++accounts}`
    await server().register(username, PASSWORD)
    if (content === undefined) return username
    const visitor = await enter(server(), username)
    await visitor.sets(undefined, `<vCard xmlns='vcard-temp'>${content}</vCard>`)
    await visitor.leave()
    return username
  }

  function open(options: Partial<AuthenticatorOptions> = {}): Authenticator {
    const authenticator = new Authenticator({
      service: server().url,
      domain: 'localhost',
      profile: 'vcard',
      ...options,
    })
    opened.push(authenticator)
    return authenticator
  }

  test('an account without a vCard has a profile of its JID alone', async () => {
    const username = await stored()
    const account = await open().authenticate({ username, password: PASSWORD })

    expect(account).toMatchObject({ jid: `${username}@localhost`, vcard: { emails: [], photos: [] } })
    expect(account.vcard).not.toHaveProperty('displayName')
  })

  test('the strategy maps a whole vCard to the profile', async () => {
    const username = await stored(FULL)
    const strategy = new Strategy({ service: server().url, domain: 'localhost', profile: 'vcard' })
    opened.push(strategy)
    const { user } = await visit(strategy, form(username, PASSWORD))

    expect(user).toMatchObject({
      id: `${username}@localhost`,
      jid: `${username}@localhost`,
      username,
      displayName: "Zoë O'Neil",
      name: { familyName: "O'Neil", givenName: 'Zoë' },
      emails: [{ value: 'zoe@example.com', verified: false }],
      photos: [{ value: `data:image/png;base64,${png().toString('base64')}` }],
    })
  })

  test.each(HOSTILE)('of a vCard with "$what" only harmless fields are left', async ({ vcard, read }) => {
    const username = await stored(vcard)
    const account = await open().authenticate({ username, password: PASSWORD })

    expect(account.vcard).toEqual({ emails: [], photos: [], ...read })
    expect(account.jid).toBe(`${username}@localhost`)
  })

  test('a photo of 40 kB arrives whole', async () => {
    const photo = png(40_000)
    const username = await stored(photoOf(photo))
    const { vcard } = await open().authenticate({ username, password: PASSWORD })

    expect(vcard?.photos).toEqual([{ value: `data:image/png;base64,${photo.toString('base64')}` }])
  })

  test.each([
    ['100 kB', 100_000],
    ['1 MB', 1_000_000],
    ['2 MB', 2_000_000],
  ])('a photo of %s costs the profile, but neither the login nor the roles', async (_size, bytes) => {
    const username = await stored(`<FN>Ann</FN>${photoOf(png(bytes))}`)
    const room = `${username}@${CLOSED}`
    await server().makeRoom(room, { affiliations: { [`${username}@localhost`]: 'member' } })
    const plain = await open({ roles: { staff: room } }).authenticate({ username, password: PASSWORD })
    const begun = performance.now()
    const strategy = new Strategy({
      service: server().url,
      domain: 'localhost',
      profile: 'vcard',
      roles: { staff: room },
    })
    opened.push(strategy)
    const { user } = await visit(strategy, form(username, PASSWORD))
    const took = performance.now() - begun

    expect(plain.roles).toEqual(['staff'])
    expect(plain.vcard).toBeUndefined()
    expect(user).toMatchObject({ displayName: username, roles: ['staff'] })
    expect(user).not.toHaveProperty('photos')
    expect(took).toBeLessThan(ASK_MS + 2_000)
    // The session has ended, though its reply was not read.
    await strategy.close()
    expect(await server().boshSessions()).toBe(0)
  })
})
