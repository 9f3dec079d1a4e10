import { check } from '../../lib/doctor/check'
import type { Finding } from '../../lib/doctor/finding'
import { type Habit, playing } from './playing'
import { RECORDED, type RecordedName } from './recorded-servers'

/* Two sessions at a time: the doctor looks at the effect that the end of one has on the other. */

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function diagnose(name: RecordedName, habit: Habit): Promise<Finding | undefined> {
  const { url, sessions, close } = await playing(RECORDED[name], habit)
  closing.push(close)
  const findings = await check({ service: url, domain: RECORDED[name].domain })
  expect(sessions.size).toBe(0)
  return findings.find(({ id }) => id === 'two-sessions')
}

test.each<RecordedName>([
  'ejabberd 26.07',
  'Prosody 13',
  'Metronome, closed',
  'MongooseIM, closed',
  'Openfire, closed',
])('two sessions leave each other alone on %s, also on one connection', async name => {
  const finding = await diagnose(name, 'leaves others alone')

  expect(finding?.status).toBe('ok')
  expect(finding?.summary).toMatch(/leaves the other alone, also on one connection$/)
})

test('the doctor says that Tigase closes shared connections, and that logins have one each', async () => {
  const finding = await diagnose('Tigase', 'closes its connections')

  expect(finding?.status).toBe('ok')
  expect(finding?.summary).toMatch(
    /closes connections that both used: logins have one each, and a proxy.*must not share/,
  )
})

test.each<Habit>(['fails requests of others', 'cuts requests of others', 'ends others'])(
  'the doctor reports a server that %s when a session ends',
  async habit => {
    const finding = await diagnose('Tigase', habit)

    expect(finding).toMatchObject({
      status: 'wrong',
      summary: 'the end of one session cuts another one off',
      advice: expect.stringContaining('A proxy in between'),
    })
  },
)

test('the doctor concludes nothing about two sessions when the server lets no request wait', async () => {
  expect((await diagnose('Prosody 13', 'lets none wait'))?.status).toBe('skipped')
})

test('the doctor reports a server that refuses a second session at the same time', async () => {
  expect(await diagnose('Prosody 13', 'has one session at a time')).toMatchObject({
    status: 'wrong',
    summary: expect.stringMatching(/^two sessions at once fail: /),
  })
})

test('the doctor names the setting of Openfire when it limits new sessions', async () => {
  expect(await diagnose('Openfire, closed', 'limits new sessions')).toMatchObject({
    status: 'wrong',
    advice: expect.stringContaining('`xmpp.ratelimit.newconnections.c2s`'),
  })
})
