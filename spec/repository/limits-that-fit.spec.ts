import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configuredNumber } from '../fixtures/configured-number'

/*
 * The example app limits an address before the server does: it tells its visitor how long to wait, and the server does not
 * tell. A window of the app may end within one of the server's, so twice its number can arrive there.
 */

const APP = 'login-site/protection/rate-limits.ts'
const WINDOWS = 2
const WINDOW_SECONDS = 15 * 60

const inApp = (name: string) => configuredNumber(APP, name)

test('the limits of the example app are for a quarter of an hour', () => {
  expect(readFileSync(join(__dirname, '../..', APP), 'utf8')).toContain('WINDOW_MS = 15 * 60 * 1000')
})

describe.each(['ejabberd/ejabberd.yml', 'ejabberd/ejabberd-26.yml'])('in %s', file => {
  const inServer = (name: string) => configuredNumber(file, name)

  test('the wrong passwords before a ban are more than the app admits from one address', () => {
    expect(inServer('MAX_FAILURES')).toBeGreaterThan(WINDOWS * inApp('MAX_FOR_ADDRESS'))
  })

  test('a ban is as short as a window of the app', () => {
    expect(inServer('BAN_SECONDS')).toBeLessThanOrEqual(WINDOW_SECONDS)
  })

  test('the captchas of a window are as many as the app admits around a change of its windows', () => {
    expect((WINDOW_SECONDS / 60) * inServer('CAPTCHA_LIMIT')).toBeGreaterThanOrEqual(WINDOWS * inApp('MAX_SIGN_UPS'))
  })

  test('the captchas of a minute are fewer than the doctor asks for to see a limit', () => {
    expect(inServer('CAPTCHA_LIMIT')).toBeLessThan(configuredNumber('lib/doctor/limits.ts', 'MAX_FORMS'))
  })

  test('the accounts of a window are as many as the forms that the app admits', () => {
    expect(WINDOW_SECONDS / inServer('REGISTRATION_TIMEOUT')).toBeGreaterThanOrEqual(WINDOWS * inApp('MAX_SIGN_UPS'))
  })
})

test('the command in ejabberd.minimal.yml sets the numbers of ejabberd.yml', () => {
  for (const [option, macro] of [
    ['c2s_max_auth_failures', 'MAX_FAILURES'],
    ['c2s_auth_ban_lifetime', 'BAN_SECONDS'],
  ] as const) {
    expect(configuredNumber('ejabberd/ejabberd.minimal.yml', option)).toBe(
      configuredNumber('ejabberd/ejabberd.yml', macro),
    )
  }
})

test('the wrong passwords that one account may have are fewer than those of its address', () => {
  expect(inApp('MAX_FOR_ACCOUNT')).toBeLessThan(inApp('MAX_FOR_ADDRESS'))
})
