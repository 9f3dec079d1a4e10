import { join } from 'node:path'
import type ts from 'typescript'
import { type ConfirmationsLike, Strategy } from '../../lib'
import { settingsOf } from '../../lib/options/settings'
import { confirmMessagesOf } from '../../lib/passport/confirm/outcome'
import { confirmSettingsOf } from '../../lib/passport/confirm/settings'
import { messagesOf } from '../../lib/passport/outcome'
import { type BoshServer, type Step, startBoshServer } from '../../lib/testing/server'
import { ROOT } from './blocks'
import { compile, said } from './compiler'
import { defaultsOf, type Exported, exportedDeclarations, optionalProperties } from './exported'
import { runExample, signIn } from './run-example'

/*
 * The docstrings of everything that users import explain it in an editor: with an example that compiles by itself and
 * runs, and with the default of every option.
 */

const DECLARATIONS = exportedDeclarations()

/*
 * An example is required of
 * - every class, function, callback and options type,
 * - every method that apps call, and every overload of a constructor,
 * - every other object type of the library itself.
 * None is required of a union (codes, mechanisms), of the part of a foreign type that the library uses (`AgentLike`), of
 * a constructor without overloads (its class has one), and of the objects that the test kit hands out: they are in the
 * examples of the functions that return them. Whichever example there is must compile and run.
 */
const CALLED_BY_PASSPORT = ['Strategy.authenticate', 'ConfirmStrategy.authenticate']
/** Called by the library, and described by the interface. */
const OF_A_STORE = /^MemoryConfirmStore\./
const REQUIRED: Readonly<Record<Exported['kind'], (declaration: Exported) => boolean>> = {
  class: () => true,
  function: () => true,
  callback: () => true,
  method: ({ name }) => !CALLED_BY_PASSPORT.includes(name) && !OF_A_STORE.test(name),
  constructor: ({ name }) => /\d$/.test(name),
  object: ({ entry, name }) => name.endsWith('Options') || (entry === 'lib/index.ts' && !name.endsWith('Like')),
  other: () => false,
}

/** Examples that must reach the server, and the request that shows it. */
const REACHES: readonly (readonly [name: RegExp, step: Step])[] = [
  [
    /^(?:new )?Strategy(?: \d)?$|^(?:AuthInfo|FailureInfo|Verify\w*|(?:de)?serializeUser|(?!\w*Confirm)\w*Strategy\w*Options(?:WithRequest)?)$/,
    'bind',
  ],
  [/^(?:new )?Authenticator$|^(?:Authenticator\.authenticate|Account|LoginContext|XmppAuthenticateOptions)$/, 'bind'],
  [/^(?:new Registration|Registration\.form|RegistrationForm)$/, 'form'],
  [/^Registration(?:\.submit|\.changePassword)?$/, 'register'],
  [/^Registration(?:\.remove)?$/, 'remove'],
]

const FENCED = /^```ts\n([\s\S]*)\n```$/
const EXAMPLES = DECLARATIONS.flatMap(({ name, examples }) =>
  examples.map((text, nth) => ({
    name: examples.length > 1 ? `${name} (${nth + 1})` : name,
    text,
    code: FENCED.exec(text.trim())?.[1] ?? '',
  })),
)
const pathOf = (name: string) => join(ROOT, `${name.replace(/\W/g, '_')}.example.mts`)

describe('docstrings', () => {
  const required = DECLARATIONS.filter(declaration => REQUIRED[declaration.kind](declaration))

  test('most exports must have an example', () => {
    expect(required.length).toBeGreaterThan(40)
  })

  test.each(required.map(({ name, examples }) => [name, examples] as const))(
    'the docstring of %s has an example',
    (_, examples) => {
      expect(examples.length).toBeGreaterThan(0)
    },
  )

  test.each(optionalProperties().map(property => [property.name, property.default]))(
    'the docstring of %s tells the default',
    (_, text) => {
      expect(text).toMatch(/\S/)
    },
  )
})

const never = () => Promise.reject(new Error('not in this spec'))
const NEVER: ConfirmationsLike = {
  start: never,
  waiting: never,
  settled: never,
  take: never,
  signedIn: never,
  cancel: never,
}

describe('defaults in docstrings', () => {
  const {
    endpoints: [endpoint],
    ...settings
  } = settingsOf({ service: 'https://h/bosh', domain: 'example.com' })
  const used: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    AuthenticatorOptions: { ...settings, mechanisms: endpoint?.mechanisms },
    CommonStrategyOptions: { name: new Strategy({ service: 'https://h/bosh', domain: 'example.com' }).name },
    CommonConfirmStrategyOptions: { ...confirmSettingsOf({ confirmations: NEVER }, undefined), dialog: undefined },
    Messages: { ...messagesOf() },
    ConfirmMessages: { ...confirmMessagesOf() },
  }
  const literals = Object.entries(used).flatMap(([type, values]) =>
    Array.from(defaultsOf(type), ([name, text]) => [`${type}.${name}`, text, values[name]] as const).filter(
      ([, text, value]) => value !== undefined && /^(?:['[\d]|true$|false$)/.test(text),
    ),
  )

  test.each(literals)('the default of %s is %s', (_, text, value) => {
    expect(JSON.parse(text.replaceAll("'", '"'))).toEqual(value)
  })
})

describe('examples in docstrings', () => {
  let diagnostics: readonly ts.Diagnostic[]
  beforeAll(() => {
    // An example that declares something for all modules is compiled alone.
    const alone = EXAMPLES.filter(({ code }) => /^declare (?:global|module)\b/m.test(code))
    const together = EXAMPLES.filter(example => !alone.includes(example))
    diagnostics = [together, ...alone.map(example => [example])].flatMap(examples =>
      compile(new Map(examples.map(({ name, code }) => [pathOf(name), `${code}\nexport {}\n`]))),
    )
  })

  test.each(EXAMPLES.map(example => [example.name, example] as const))(
    'the example of %s is one block of TypeScript that imports the package',
    (_, { code }) => {
      expect(code).toMatch(/^(?:} from|import .*) 'passport-xmpp-bosh(?:\/testing(?:\/nock)?)?'$/m)
    },
  )

  test.each(EXAMPLES.map(({ name }) => [name] as const))('the example of %s compiles', name => {
    expect(diagnostics.filter(({ file }) => file?.fileName === pathOf(name)).map(said)).toEqual([])
  })
})

describe('running examples', () => {
  let server: BoshServer
  beforeAll(async () => {
    server = await startBoshServer({
      domain: 'example.com',
      accounts: { alice: 'secret', login: 'secret' },
      registration: 'open',
    })
  })
  beforeEach(() => {
    // Examples that ask alice get an answer.
    server.users.add('alice@example.com')
    server.users.deny('alice@example.com')
  })
  afterEach(() => server.reset())
  afterAll(() => server.close())

  const steps = () => server.requests.map(({ step }) => step)
  // A reader's files do not exist here.
  const running = EXAMPLES.filter(({ code }) => !code.includes("'node:fs'"))
  const reaching = running.flatMap(({ name, code }) =>
    REACHES.filter(([pattern]) => pattern.test(name)).map(([, step]) => ({ name, code, step })),
  )

  test.each(running)('the example of $name ends without an error', async ({ code }) => {
    const { app, close } = await runExample(code, server.url)
    try {
      if (app && !code.includes('new ConfirmStrategy')) expect(await signIn(app, 'secret')).toBeTruthy()
    } finally {
      await close()
    }
  })

  test('the examples of most exports reach the server', () => {
    expect(reaching.length).toBeGreaterThan(25)
  })

  test.each(reaching)('the example of $name sends a request of the step $step', async ({ code, step }) => {
    const { app, close } = await runExample(code, server.url)
    try {
      if (app) await signIn(app, 'secret')
      expect(steps()).toContain(step)
    } finally {
      await close()
    }
  })

  test.each(reaching.filter(({ code }) => code.includes('new Strategy')))(
    'the example of $name refuses a wrong password',
    async ({ code }) => {
      const { app, close } = await runExample(code, server.url)
      try {
        expect((app && (await signIn(app, 'wrong'))) ?? undefined).toBeUndefined()
        expect(steps()).toContain('auth')
        expect(steps()).not.toContain('bind')
      } finally {
        await close()
      }
    },
  )
})
