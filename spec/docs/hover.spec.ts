import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './blocks'
import { SETTINGS } from './compiler'

/* An editor explains the library to its users. It asks the language service of TypeScript, as this spec does. */

const FILE = join(ROOT, 'editor.mts')
const TEXT = `import { Authenticator, Confirmations, ConfirmStrategy, Registration, ServiceAccount, Strategy } from 'passport-xmpp-bosh'
new Strategy(
new ConfirmStrategy(
new Strategy({ service: '', domain: '', timeout: 1, usernameField: '', messages: {}, passReqToCallback: true })
new Strategy({ authenticator: new Authenticator({ service: '', domain: '' }) })
new Registration({ service: '', domain: '' })
const account = new ServiceAccount({ service: '', domain: '', username: '', password: '' })
const site = { site: '', url: '', allow: '' }
new ConfirmStrategy({ account, ...site, waitUrl: '', describe: () => '', jidLookup: () => '' })
new ConfirmStrategy({ confirmations: new Confirmations({ account, ...site }) })
`

const service = ts.createLanguageService({
  getScriptFileNames: () => [FILE],
  getScriptVersion: () => '1',
  getScriptSnapshot: name => {
    const text = name === FILE ? TEXT : ts.sys.readFile(name)
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
  },
  getCurrentDirectory: () => ROOT,
  getCompilationSettings: () => SETTINGS,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: name => name === FILE || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  directoryExists: ts.sys.directoryExists,
  ...(ts.sys.realpath && { realpath: ts.sys.realpath }),
})

/** Returns the editor's text for the word at the start of `code`, or after its `new`. */
function hovered(code: string): string {
  const found = TEXT.indexOf(code)
  const info = service.getQuickInfoAtPosition(FILE, found + (code.startsWith('new ') ? 'new '.length : 0))
  const tags = (info?.tags ?? []).map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`)
  return [ts.displayPartsToString(info?.documentation), ...tags].join('\n')
}

test.each([
  ['new Strategy(\n', 'Creates a strategy that checks passwords on the XMPP server'],
  ['new Strategy({ service', 'passes the request to `verify`'],
  ['new Strategy({ authenticator', 'uses an {@link Authenticator } of the app'],
  ['new Authenticator({', 'Creates an authenticator'],
  ['new Registration({', 'Creates a client'],
  ['new ServiceAccount({', 'Creates the account'],
  ['new Confirmations({', 'begins to listen'],
  ['new ConfirmStrategy({ account', 'asks visitors'],
  ['new ConfirmStrategy({ confirmations', 'uses {@link Confirmations } of the app'],
])('the editor explains %j and shows an example', (code, explanation) => {
  expect(hovered(code)).toContain(explanation)
  expect(hovered(code)).toContain("} from 'passport-xmpp-bosh'")
  expect(hovered(code)).toContain('@param options')
  expect(hovered(code)).toContain('@throws {TypeError}')
})

test.each([
  ['usernameField', "@default 'username'"],
  ['messages', '@default English texts'],
  ['passReqToCallback', '`verify(req, profile, done)`'],
  ['authenticator', 'returns one for each request'],
  ['waitUrl', "@default '/login/xmpp/wait'"],
  ['describe', '@default the address of the visitor'],
  ['jidLookup', 'for a second factor'],
])('the editor explains the option %s', (option, explanation) => {
  expect(hovered(`${option}:`)).toContain(explanation)
})

test.each(['new Strategy(', 'new ConfirmStrategy('])(
  'the editor explains each of the four signatures of %s while arguments are typed',
  code => {
    const help = service.getSignatureHelpItems(FILE, TEXT.indexOf(`${code}\n`) + code.length, {})

    expect(help?.items.map(({ documentation }) => ts.displayPartsToString(documentation))).toEqual(
      Array(4).fill(expect.stringMatching(/^Creates a strategy that /)),
    )
  },
)
