import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// The checks of ejabberd/*.yml that need no ejabberd. spec/live has the others.

const linesOf = (name: string) => readFileSync(join(__dirname, '../../ejabberd', name), 'utf8').split('\n')
const withoutComment = (line: string) => line.replace(/(^|\s)#.*$/, '')

describe.each(['ejabberd.yml', 'ejabberd-26.yml'])('in %s', name => {
  const lines = linesOf(name).map(withoutComment)
  const end = lines.findIndex(line => line.startsWith('hosts:'))
  const macros = lines.slice(0, end).flatMap(line => /^ {2}([A-Z0-9_]+): /.exec(line)?.[1] ?? [])
  const rest = lines.slice(end).filter(line => !line.startsWith('disable_sasl_mechanisms'))
  const names = rest.flatMap(line => line.match(/\b[A-Z][A-Z0-9_]{2,}\b/g) ?? [])

  // ejabberd reads an unknown macro as a text, and would take DOMAIN for a domain.
  test('the macros that are used are those that are defined', () => {
    expect(macros).toContain('DOMAIN')
    expect([...new Set(names)].sort()).toEqual([...macros].sort())
  })

  test('the macros come first, each in one line', () => {
    const before = lines.slice(0, end).filter(line => line.trim() !== '')

    expect(before[0]).toBe('define_macro:')
    expect(before.slice(1).filter(line => !/^ {2}[A-Z0-9_]+: \S/.test(line))).toEqual([])
  })
})

test('ejabberd-26.yml differs from ejabberd.yml only in its hashes and the sign-up page', () => {
  const newer = linesOf('ejabberd-26.yml').map(withoutComment)
  const missing: string[] = []
  let from = 0
  for (const line of linesOf('ejabberd.yml').map(withoutComment)) {
    const at = newer.indexOf(line, from)
    if (at < 0) missing.push(line)
    else from = at + 1
  }

  expect(missing).toEqual(['auth_password_format: scram', 'auth_scram_hash: sha256'])
})
