import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodeOf } from '../../lib/cli/exit-code'
import { jsonReport, textReport } from '../../lib/cli/report'
import { CHECKS, type Finding, ok, skipped, warn, wrong } from '../../lib/doctor/finding'

const SUBJECT = { service: 'http://127.0.0.1:5280/bosh', domain: 'localhost' }
const OK = ok('url', 'can be a BOSH URL')
const WARN = warn('version', 'ejabberd 23.01', 'Update ejabberd.')
const WRONG = wrong('domain', 'not served', 'Give the domain.')
const SKIPPED = skipped('login', 'nobody to log in as')

test.each<[code: number, findings: readonly Finding[]]>([
  [0, [OK]],
  [0, [OK, SKIPPED]],
  [1, [OK, WARN, SKIPPED]],
  [2, [WARN, WRONG]],
  [2, [WRONG]],
])('exitCodeOf returns %i for the findings of row %#', (code, findings) => {
  expect(exitCodeOf(findings)).toBe(code)
})

describe('as text', () => {
  test('the report has a line for each check, its advice below and the counts at the end', () => {
    expect(textReport(SUBJECT, [OK, WRONG, WARN], false)).toBe(
      [
        'http://127.0.0.1:5280/bosh, domain localhost',
        '',
        'ok       url                  can be a BOSH URL',
        'wrong    domain               not served',
        '                                Give the domain.',
        'warn     version              ejabberd 23.01',
        '                                Update ejabberd.',
        '',
        '1 ok, 1 warn, 1 wrong, 0 skipped',
        '',
      ].join('\n'),
    )
  })

  test('the report gives a reason once when several checks were skipped for it', () => {
    const text = textReport(
      SUBJECT,
      [WRONG, skipped('speed', 'not seen'), skipped('captcha', 'not seen'), SKIPPED],
      false,
    )

    expect(text).toContain('skipped  speed                not seen; the same for captcha\n')
    expect(text).toContain('skipped  login                nobody to log in as\n')
    expect(text).toContain('0 ok, 0 warn, 1 wrong, 3 skipped')
  })

  test('the report wraps long texts at a hundred columns and keeps every word', () => {
    const advice = Array.from({ length: 60 }, (_, n) => `word${n}`).join(' ')
    const text = textReport(SUBJECT, [warn('version', 'old', advice)], false)

    expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(100)
    expect(text.replace(/\s+/g, ' ')).toContain(advice)
  })

  test('the report shows no URL when the URL is invalid', () => {
    expect(textReport({ service: null, domain: null }, [WRONG], false)).toMatch(/^wrong /)
  })

  test('the report is the same text with colours and without', () => {
    const findings = [OK, WARN, WRONG, SKIPPED]
    const coloured = textReport(SUBJECT, findings, true)

    expect(coloured).toContain('\x1b[32mok       \x1b[0m')
    expect(coloured).toContain('\x1b[31mwrong    \x1b[0m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours begin
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(textReport(SUBJECT, findings, false))
  })
})

describe('as JSON', () => {
  test('the report has a stable shape', () => {
    expect(JSON.parse(jsonReport(SUBJECT, [OK, WARN, WRONG, SKIPPED]))).toEqual({
      service: 'http://127.0.0.1:5280/bosh',
      domain: 'localhost',
      exitCode: 2,
      counts: { ok: 1, warn: 1, wrong: 1, skipped: 1 },
      checks: [
        { id: 'url', status: 'ok', summary: 'can be a BOSH URL' },
        { id: 'version', status: 'warn', summary: 'ejabberd 23.01', advice: 'Update ejabberd.' },
        { id: 'domain', status: 'wrong', summary: 'not served', advice: 'Give the domain.' },
        { id: 'login', status: 'skipped', summary: 'nobody to log in as' },
      ],
    })
  })

  test('the checks have stable names', () => {
    expect(CHECKS).toEqual([
      'url',
      'transport',
      'name',
      'connection',
      'tls',
      'certificate',
      'redirect',
      'bosh',
      'ban',
      'domain',
      'speed',
      'two-sessions',
      'mechanisms',
      'common-mechanism',
      'only-plain',
      'plain-over-http',
      'several-hashes',
      'unwanted-mechanisms',
      'registration',
      'captcha',
      'login',
      'version',
      'visitor-address',
      'account',
      'account-hears',
      'account-pace',
      'account-s2s',
      'account-ask',
      'role-service',
      'role-rooms',
      'role-read',
      'role-size',
      'role-squat',
    ])
  })
})

test('the guide explains every check and no other', () => {
  const guide = readFileSync(join(__dirname, '../../docs/doctor.md'), 'utf8')
  const rows = [...guide.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id)

  expect(rows).toEqual(CHECKS)
  expect(readFileSync(join(__dirname, '../../README.md'), 'utf8')).toContain(`runs ${CHECKS.length} checks`)
})
