import fc from 'fast-check'
import { prepareDomain, prepareLocalpart } from '../../lib/jid'
import { seed } from '../fuzz/runs'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/*
 * What we send is a name in the spelling that is the same name to the server, or that the server refuses: if it made
 * another one of it, one account would have two identities. So lib/jid.ts is held against the servers' own nodeprep.
 */

type Door = Parameters<LiveServer['nodeprep']>[1]

/** A server, and where it prepares names in ways of their own: ejabberd has one way for everything. */
const SERVERS: readonly { name: string; start: () => Promise<LiveServer>; doors: readonly Door[] }[] = [
  { name: 'ejabberd', start: () => startEjabberd({ storage: 'scram', hash: 'sha256' }), doors: ['registration'] },
  { name: 'Prosody', start: () => startProsody(), doors: ['registration', 'login'] },
]

const SPELLINGS = [
  { where: 'alone', spell: (character: string) => character },
  { where: 'before a letter', spell: (character: string) => `${character}a` },
  { where: 'behind a letter', spell: (character: string) => `a${character}` },
  // The other composition of NFKC: by arithmetic instead of a table.
  { where: 'behind a Hangul syllable', spell: (character: string) => `\uac00${character}` },
].map(({ where, spell }) => ({ where, spell, names: acceptedBy(spell) }))

/** Every code point we accept there: the name as typed, and as we send it. */
function acceptedBy(spell: (character: string) => string): Map<string, string> {
  const names = new Map<string, string>()
  for (let code = 0; code <= 0x10ffff; code++) {
    const name = spell(String.fromCodePoint(code))
    const prepared = prepareLocalpart(name)
    if (prepared !== undefined) names.set(name, prepared)
  }
  return names
}

/*
 * Letters of which a server's nodeprep, which ends with Unicode 3.2, makes another name than we do. Nobody becomes
 * somebody else by that: what is sent, proved and compared at bind is our spelling. But an account in whose name the
 * server keeps such a letter cannot log in.
 */
const EXCEPTIONS: readonly { why: string; letters: Readonly<Record<string, string>> }[] = [
  {
    why: 'the capital of i without a dot is that of i; nodeprep maps small letters to nothing else',
    letters: kept('\u0131'),
  },
  {
    why: 'the small letters came later: Cyrillic palochka, old Georgian, Cherokee, turned F, reversed C',
    letters: kept('\u04c0', ...from(0x10a0, 0x10c5), ...from(0x13a0, 0x13f4), '\u2132', '\u2183'),
  },
  {
    why: 'they were taken for other ideographs than they are (Unicode Corrigendum #4)',
    letters: {
      '\u{2f868}': '\u{2136a}',
      '\u{2f874}': '\u5f33',
      '\u{2f91f}': '\u43ab',
      '\u{2f95f}': '\u7aae',
      '\u{2f9bf}': '\u4d57',
    },
  },
]

function kept(...letters: readonly string[]): Record<string, string> {
  return Object.fromEntries(letters.map(letter => [letter, letter]))
}

function from(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n))
}

const none: ReadonlyMap<string, string> = new Map()

/** Of names and what they should be: those that are something else there. */
function differing(names: Iterable<readonly [string, string]>, there: ReadonlyMap<string, string>) {
  const others: Record<string, string> = {}
  for (const [name, expected] of names) {
    const answer = there.get(name)
    if (answer !== undefined && answer !== expected) others[codes(name)] = codes(answer)
  }
  return others
}

/** For reading, as most of this looks alike. */
function codes(name: string): string {
  return Array.from(name, character => character.codePointAt(0)?.toString(16).padStart(4, '0')).join(' ')
}

/** Names of several letters, most of them of the kinds that a normal form composes, reorders or folds. */
function anyNames(count: number): string[] {
  const all = [...(SPELLINGS[0]?.names.keys() ?? [])]
  const kinds = [
    all,
    all.filter(letter => /\p{M}/u.test(letter)),
    all.filter(letter => /[\u0300-\u036f\u0591-\u0670\u093c-\u0d57\u3099\u309a]/.test(letter)),
    all.filter(letter => /[\u1100-\u11ff\uac00-\uac40]/.test(letter)),
    all.filter(letter => letter.normalize('NFKD') !== letter && !/\p{sc=Hangul}/u.test(letter)),
    all.filter(letter => prepareLocalpart(letter) !== letter),
    all.filter(letter => /[A-Za-z\u0370-\u03ff\u1f00-\u1fff]/.test(letter)),
  ]
  const letter = fc.oneof(...kinds.map(kind => fc.nat(kind.length - 1).map(n => String(kind[n]))))
  const name = fc.array(letter, { minLength: 2, maxLength: 7 }).map(letters => letters.join(''))
  return fc.sample(name, { numRuns: count, seed })
}

/*
 * A domain as it may be typed, as we send it, and what both servers make of the one and of the other. Which domain it
 * is, the configuration says: nobody chooses it at login. To a server the two spellings of one (bücher, xn--bcher-kva)
 * are two domains, so it is addressed by the one that is configured.
 */
const DOMAINS = [
  { typed: 'bücher.example', sent: 'bücher.example', theirs: ['bücher.example', 'bücher.example'] },
  { typed: 'BÜCHER.example', sent: 'bücher.example', theirs: ['bücher.example', 'bücher.example'] },
  { typed: 'bu\u0308cher.example', sent: 'bücher.example', theirs: ['bücher.example', 'bücher.example'] },
  { typed: 'XN--BCHER-KVA.example', sent: 'xn--bcher-kva.example', theirs: Array(2).fill('xn--bcher-kva.example') },
  { typed: 'ISTANBUL.example', sent: 'istanbul.example', theirs: ['istanbul.example', 'istanbul.example'] },
  { typed: 'ıstanbul.example', sent: 'ıstanbul.example', theirs: ['ıstanbul.example', 'ıstanbul.example'] },
  { typed: 'İstanbul.example', sent: 'i\u0307stanbul.example', theirs: Array(2).fill('i\u0307stanbul.example') },
  { typed: 'ｅxample.com', sent: 'example.com', theirs: ['example.com', 'example.com'] },
  { typed: '\u212bngström.example', sent: 'ångström.example', theirs: ['ångström.example', 'ångström.example'] },
  { typed: 'ΒΌΛΟΣ.com', sent: 'βόλοσ.com', theirs: ['βόλοσ.com', 'βόλοσ.com'] },
  // IDNA2008 has made two domains of these pairs, nameprep has them as one. Only the one without ß or ς can be served.
  { typed: 'βόλος.com', sent: 'βόλος.com', theirs: ['βόλοσ.com', 'βόλοσ.com'] },
  { typed: 'faß.de', sent: 'faß.de', theirs: ['fass.de', 'fass.de'] },
  { typed: 'fass.de', sent: 'fass.de', theirs: ['fass.de', 'fass.de'] },
  { typed: 'xn--fa-hia.de', sent: 'xn--fa-hia.de', theirs: ['xn--fa-hia.de', 'xn--fa-hia.de'] },
  { typed: 'straße.example', sent: 'straße.example', theirs: ['strasse.example', 'strasse.example'] },
  { typed: 'STRASSE.example', sent: 'strasse.example', theirs: ['strasse.example', 'strasse.example'] },
  // Dots, not letters: nameprep knows nothing of them.
  { typed: 'example\u3002com', sent: 'example.com', theirs: ['example\u3002com', 'example.com'] },
  { typed: 'example.com.', sent: 'example.com', theirs: ['example.com.', 'example.com'] },
]

describe.each(SERVERS)('$name', ({ start, doors }) => {
  let server: LiveServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())

  /** The names that the server takes, and what they are there. */
  async function takenOf(names: Iterable<string>, door: Door): Promise<ReadonlyMap<string, string>> {
    const asked = [...new Set(names)]
    const answers = await server.nodeprep(asked, door)
    const taken = new Map<string, string>()
    for (const [n, name] of asked.entries()) {
      const answer = answers[n]
      if (answer !== undefined) taken.set(name, answer)
    }
    return taken
  }

  describe.each(SPELLINGS)('every code point we accept, $where', ({ spell, names }) => {
    const taken = { registration: none, login: none }
    beforeAll(async () => {
      for (const door of doors) taken[door] = await takenOf([...names.keys(), ...names.values()], door)
    })

    test.each(doors)('at %s what we send is that name, or none', door => {
      const sent = [...new Set(names.values())].filter(name => taken[door].has(name))

      expect(
        differing(
          sent.map(name => [name, name]),
          taken[door],
        ),
      ).toEqual({})
      expect(sent.length).toBeGreaterThan(80_000)
    })

    test('what is typed is the name we send, but for the exceptions', () => {
      const exceptions = EXCEPTIONS.flatMap(({ letters }) => Object.entries(letters))

      expect(differing(names, taken.registration)).toEqual(
        Object.fromEntries(exceptions.map(([typed, prepared]) => [codes(spell(typed)), codes(spell(prepared))])),
      )
    })

    if (doors.includes('login')) {
      test('login takes more than registration: letters that came later, as they were typed', () => {
        const more = [...names.keys()].filter(name => taken.login.has(name) && !taken.registration.has(name))

        expect(differing(taken.registration, taken.login)).toEqual({})
        expect([...taken.registration.keys()].filter(name => !taken.login.has(name))).toEqual([])
        expect(
          differing(
            more.map(name => [name, name]),
            taken.login,
          ),
        ).toEqual({})
        expect(more.length).toBeGreaterThan(50_000)
      })
    }
  })

  test.each(doors)('at %s names of several letters are what we send, or none', async door => {
    const sent = anyNames(50_000).flatMap(name => prepareLocalpart(name) ?? [])
    const taken = await takenOf(sent, door)

    expect({
      FUZZ_SEED: seed,
      others: differing(
        sent.map(name => [name, name]),
        taken,
      ),
    }).toEqual({
      FUZZ_SEED: seed,
      others: {},
    })
    expect(taken.size).toBeGreaterThan(10_000)
  })

  test('domains as typed, and as we send them', async () => {
    const typed = DOMAINS.map(domain => domain.typed)
    const sent = typed.map(domain => prepareDomain(domain)?.wire ?? 'refused')
    const ofTyped = await server.nameprep(typed)
    const ofSent = await server.nameprep(sent)

    expect(typed.map((domain, n) => ({ typed: domain, sent: sent[n], theirs: [ofTyped[n], ofSent[n]] }))).toEqual(
      DOMAINS,
    )
  })

  test('every code point in a domain: what we send is that domain, or none, but for ß and ς', async () => {
    const sent = new Set<string>()
    for (let code = 0; code <= 0x10ffff; code++) {
      const domain = prepareDomain(`a${String.fromCodePoint(code)}a.example`)
      if (domain !== undefined) sent.add(domain.wire)
    }
    const answers = await server.nameprep([...sent])
    const others = [...sent]
      .map((domain, n) => [domain, answers[n]])
      .filter(([domain, answer]) => answer && answer !== domain)

    expect(Object.fromEntries(others)).toEqual({ 'aßa.example': 'assa.example', 'aςa.example': 'aσa.example' })
    expect(answers.filter(Boolean).length).toBeGreaterThan(80_000)
  })
})
