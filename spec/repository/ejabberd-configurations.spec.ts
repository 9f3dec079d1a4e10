import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { codesIn, textOf } from '../docs/blocks'

// The checks of ejabberd/*.yml that need no ejabberd. spec/live has the others.

const linesOf = (name: string) => readFileSync(join(__dirname, '../../ejabberd', name), 'utf8').split('\n')
const withoutComment = (line: string) => line.replace(/(^|\s)#.*$/, '')

describe.each(['ejabberd.yml', 'ejabberd-26.yml'])('in %s', name => {
  const lines = linesOf(name).map(withoutComment)
  const end = lines.findIndex(line => line.startsWith('hosts:'))
  const macros = lines.slice(0, end).flatMap(line => /^ {2}([A-Z0-9_]+): /.exec(line)?.[1] ?? [])
  const rest = lines.slice(end).filter(line => !line.startsWith('disable_sasl_mechanisms'))
  // ejabberd puts the domain in place of @HOST@.
  const names = rest.flatMap(line => line.replace('@HOST@', '').match(/\b[A-Z][A-Z0-9_]{2,}\b/g) ?? [])

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

describe.each(['ejabberd.yml', 'ejabberd-26.yml'])('%s', name => {
  const text = linesOf(name).map(withoutComment).join('\n')

  test('keeps other servers out until an operator admits them', () => {
    expect(text).toMatch(/^ {2}S2S_ACCESS: none$/m)
    expect(text).toMatch(/^ {2}S2S_IP: "127\.0\.0\.1"$/m)
    expect(text).toMatch(/^s2s_access: S2S_ACCESS$/m)
  })

  test('believes another server by its certificate alone', () => {
    expect(text).toMatch(/^s2s_use_starttls: required$/m)
    expect(text).not.toContain('dialback')
  })

  test('has a service of rooms where accounts make none', () => {
    expect(parse(text).modules.mod_muc).toMatchObject({ hosts: ['rooms.@HOST@'], access_create: 'none' })
  })

  test('names no service account until an operator does', () => {
    expect(text).toMatch(/^ {2}SERVICE_ACCOUNTS: \[\]$/m)
  })
})

describe('ejabberd.chat-tokens.yml', () => {
  const { define_macro: macros, ...options } = parse(textOf('ejabberd/ejabberd.chat-tokens.yml'))

  test('takes tokens beside passwords, by one key', () => {
    expect(options).toEqual({ auth_method: ['internal', 'jwt'], jwt_key: 'CHAT_KEY', jwt_jid_field: 'jid' })
    expect(Object.keys(macros)).toEqual(['CHAT_KEY'])
  })

  test.each(['ejabberd.yml', 'ejabberd-26.yml'])(
    'fits %s, which takes neither tokens nor X-OAUTH2 without it',
    name => {
      const configuration = parse(textOf(`ejabberd/${name}`))

      expect(configuration.disable_sasl_mechanisms).toContain('X-OAUTH2')
      expect(Object.keys(configuration).filter(option => option in options)).toEqual([])
      expect(configuration.define_macro).not.toHaveProperty('CHAT_KEY')
    },
  )

  test('is in the image of ejabberd', () => {
    expect(textOf('ejabberd/Dockerfile')).toMatch(/^COPY (?:[^/]* )?ejabberd\.chat-tokens\.yml /m)
    expect(textOf('ejabberd/.dockerignore')).toMatch(/^!ejabberd\.chat-tokens\.yml$/m)
  })
})

test('the README switches federation on by macros of ejabberd.yml and services of compose.yaml', () => {
  const [containers, ...others] = codesIn('ejabberd/README.md', 'yaml').map(code => parse(code))
  const macros = parse(/^ {3}```yaml\n([^`]+)^ {3}```$/m.exec(textOf('ejabberd/README.md'))?.[1] ?? '')
  const defined = parse(textOf('ejabberd/ejabberd.yml')).define_macro
  const settings: string[] = containers.services.ejabberd.command
  const names = settings.map(setting => setting.split('=')[0])

  expect(others).toEqual([])
  expect(Object.keys(macros).sort()).toEqual(['CERTIFICATES', 'S2S_ACCESS', 'S2S_IP'])
  expect(names.sort()).toEqual(['DOMAIN', ...Object.keys(macros)].sort())
  for (const name of names) expect(defined).toHaveProperty(String(name))
  const { services } = parse(textOf('ejabberd/compose.yaml'), { merge: true })
  for (const name of Object.keys(containers.services)) expect(services).toHaveProperty(name)
})

test('prosody.cfg.lua keeps other servers out until an operator admits them, and then by certificate alone', () => {
  const text = readFileSync(join(__dirname, '../../prosody/prosody.cfg.lua'), 'utf8').replace(/--.*$/gm, '')

  expect(text).toMatch(/^local federation = ENV_FEDERATION == "on"$/m)
  expect(text).toMatch(/^modules_disabled = federation and \{ "dialback" \} or \{ "s2s", "dialback" \}$/m)
  expect(text).toMatch(/^s2s_secure_auth = true$/m)
  expect(text).toMatch(/^s2s_require_encryption = true$/m)
})

test('prosody.cfg.lua has a service of rooms where accounts make none', () => {
  expect(textOf('prosody/prosody.cfg.lua')).toMatch(
    /^Component\("rooms\." \.\. domain\) "muc"\nrestrict_room_creation = true\n\nVirtualHost\(domain\)$/m,
  )
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
