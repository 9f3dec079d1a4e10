import { Authenticator, type AuthenticatorOptions } from '../../lib'
import { MAX_VCARD_BYTES } from '../../lib/limits'
import { type BoshServer, type FaultReply, type PersonalityName, startBoshServer } from '../../lib/testing/server'
import { png } from '../fixtures/pictures'

/* A login that reads the vCard of the account. */

const ALICE = { username: 'alice', password: 'alice' }
const STAFF = 'staff@rooms.localhost'
const ROLES = { staff: STAFF }
const PHOTO = png(64, 64).toString('base64')

let server: BoshServer
let authenticator: Authenticator | undefined
afterEach(async () => {
  await authenticator?.close()
  await server.close()
})

async function start(xml?: string, personality: PersonalityName = 'prosody'): Promise<void> {
  const rooms = { [STAFF]: { owners: ['boss@localhost'], members: ['alice@localhost'] } }
  server = await startBoshServer({ domain: 'localhost', accounts: { alice: 'alice' }, personality, rooms })
  server.vcards.set('alice', xml)
}

function logIn(options: Partial<AuthenticatorOptions> = { profile: 'vcard' }) {
  const common = { service: server.url, domain: 'localhost', mechanisms: ['PLAIN'], failureDelay: 0 } as const
  authenticator = new Authenticator({ ...common, ...options })
  return authenticator.authenticate(ALICE)
}

const vcard = (content: string) => `<vCard xmlns='vcard-temp'>${content}</vCard>`
const steps = () => server.requests.map(({ step }) => step).filter(step => step !== 'terminate')
const LOGIN = ['create', 'auth', 'restart', 'bind']
const PLAIN_ACCOUNT = { jid: 'alice@localhost', username: 'alice', domain: 'localhost', mechanism: 'PLAIN' }

test.each<PersonalityName>(['ejabberd', 'prosody'])('the vCard on %s is read in one request', async personality => {
  await start(vcard(`<PHOTO><TYPE>image/png</TYPE><BINVAL>${PHOTO}</BINVAL></PHOTO><FN>Alice</FN>`), personality)
  expect(await logIn()).toEqual({
    ...PLAIN_ACCOUNT,
    vcard: { displayName: 'Alice', emails: [], photos: [{ value: `data:image/png;base64,${PHOTO}` }] },
  })
  expect(steps()).toEqual([...LOGIN, 'vcard'])
})

test.each<[PersonalityName, object]>([
  ['ejabberd', { vcard: { emails: [], photos: [] } }],
  ['mongooseim', {}],
])('an account on %s that has no vCard logs in', async (personality, read) => {
  await start(undefined, personality)
  expect(await logIn()).toEqual({ ...PLAIN_ACCOUNT, ...read })
})

test('the vCard is not asked for without the option', async () => {
  await start(vcard('<FN>Alice</FN>'))
  expect(await logIn({})).toEqual(PLAIN_ACCOUNT)
  expect(steps()).toEqual(LOGIN)
})

describe('a vCard', () => {
  test('of hostile texts becomes texts', async () => {
    await start(
      vcard(`<FN>&lt;script&gt;alert(1)&lt;/script&gt;\u202e</FN><URL>javascript:alert(1)</URL>
        <EMAIL><USERID>ceo@victim.example</USERID></EMAIL><JABBERID>admin@localhost</JABBERID><ROLE>admin</ROLE>
        <PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>${PHOTO}</BINVAL></PHOTO>`),
    )
    expect((await logIn()).vcard).toEqual({
      displayName: '<script>alert(1)</script>',
      emails: [{ value: 'ceo@victim.example', verified: false }],
      photos: [{ value: `data:image/png;base64,${PHOTO}` }],
    })
  })

  const ROLES_KEPT = ['staff']
  const NO_ROLES: string[] = []
  test.each<[string, string, string[]]>([
    ['with a CDATA section', vcard('<FN><![CDATA[Alice]]></FN>'), NO_ROLES],
    ['with a processing instruction', vcard('<?php x?><FN>Alice</FN>'), NO_ROLES],
    ['with a comment', vcard('<FN>Al<!-- -->ice</FN>'), NO_ROLES],
    ['with a doctype', `<!DOCTYPE x>${vcard('')}`, NO_ROLES],
    ['with a tag that is not closed', "<vCard xmlns='vcard-temp'><FN>", NO_ROLES],
    ['that closes more than it opened', `${vcard('')}</iq></body>`, NO_ROLES],
    ['with an unknown reference', vcard('<FN>&admin;</FN>'), ROLES_KEPT],
    ['with a reference to NUL', vcard('<FN>&#0;</FN>'), ROLES_KEPT],
    ['with an undeclared prefix', vcard('<x:FN>Alice</x:FN>'), ROLES_KEPT],
    ['with a name that the parser refuses', vcard('<constructor/>'), ROLES_KEPT],
    ['of 17 elements inside each other', vcard(`${'<x>'.repeat(17)}${'</x>'.repeat(17)}`), ROLES_KEPT],
    ['of many elements', vcard('<x/>'.repeat(2_500)), ROLES_KEPT],
    ['of more elements than all answers may have', vcard('<x/>'.repeat(45_000)), ROLES_KEPT],
    ['of many attributes', vcard(`<x ${Array.from({ length: 40 }, (_, n) => `a${n}=''`).join(' ')}/>`), ROLES_KEPT],
    ['that is larger than its bound', vcard(`<FN>${'x'.repeat(MAX_VCARD_BYTES)}</FN>`), ROLES_KEPT],
    ['of 1 MB', vcard(`<PHOTO><BINVAL>${'A'.repeat(1_000_000)}</BINVAL></PHOTO>`), ROLES_KEPT],
    ['of 5 MB', vcard(`<PHOTO><BINVAL>${'A'.repeat(5_000_000)}</BINVAL></PHOTO>`), ROLES_KEPT],
    ['in another namespace', "<vCard xmlns='urn:x'><FN>Alice</FN></vCard>", ROLES_KEPT],
  ])('%s is left out, and the login succeeds', async (_, xml, roles) => {
    await start(xml)
    expect(await logIn({ profile: 'vcard', roles: ROLES })).toEqual({ ...PLAIN_ACCOUNT, roles })
  })

  test('is read up to its bound', async () => {
    const around = 10_000 // the answers about the room, and the tags around the vCard
    await start(vcard(`<FN>Alice</FN><NOTE>${'x'.repeat(MAX_VCARD_BYTES - around)}</NOTE>`))
    expect((await logIn()).vcard?.displayName).toBe('Alice')
  })

  test('in the name of another account is left out', async () => {
    await start(vcard('<FN>Alice</FN>'))
    const answer = (xml: string) => xml.replace("type='result'", "type='result' from='mallory@localhost'")
    server.fault({ on: 'vcard', reply: { rewrite: answer } })
    const read = logIn({ profile: 'vcard', timeout: 600 })
    expect(await read).toEqual(PLAIN_ACCOUNT)
  })
})

test.each<[string, FaultReply]>([
  ['resets the connection', 'reset'],
  ['ends the session', 'terminate'],
  ['ends the stream', { streamError: 'policy-violation' }],
  ['answers with an error', { stanzaError: 'service-unavailable' }],
  ['sends a page', 'not-xml'],
  ['sends the status 500', { status: 500 }],
  ['sends too much', 'too-large'],
  ['cuts the reply off', { cut: 200 }],
])('when the server %s in place of the vCard, the login succeeds', async (_, reply) => {
  await start(vcard('<FN>Alice</FN>'))
  server.fault({ on: 'vcard', reply })
  expect(await logIn()).toEqual(PLAIN_ACCOUNT)
})
