import { EventEmitter } from 'node:events'
import express, { type Express } from 'express'
import { Passport } from 'passport'
import supertest from 'supertest'
import ts from 'typescript'
import * as library from '../../lib'
import type * as mock from '../../lib/testing/nock'
import * as testing from '../../lib/testing/server'

/** Result of an example that ran to its end. */
export interface Run {
  /** the app of the example, or one around its strategy; `undefined`: it has neither */
  readonly app: Express | undefined
  /** Emits SIGTERM to the example and closes everything that it opened. */
  close(): Promise<void>
}

interface Closable {
  close(): unknown
}

type AsyncFunction = (...values: unknown[]) => Promise<Express | undefined>
const asyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...texts: string[]) => AsyncFunction

/** Passwords of the service account, as examples read them. */
const PASSWORDS = { XMPP_PASSWORD: 'secret', XMPP_ACCOUNT_PASSWORD: 'secret' }
const SERVICE = /'https?:\/\/[^'/]+\/[\w-]*bosh'/g
// A server of its own, or an agent that speaks https: only.
const KEEPS_ITS_SERVICE = /\b(?:startBoshServer|mockBosh)\(|'node:https'/

/**
 * Runs an example as a module of an app: with a Passport of its own, and with `service` in place of its BOSH URL unless
 * it starts a server itself or needs https:.
 */
export async function runExample(code: string, service: string): Promise<Run> {
  const opened: Closable[] = []
  const modules = modulesFor(opened)
  const scope = {
    require: (name: string): unknown => modules[name] ?? require(name),
    exports: {},
    console: { log() {}, warn() {}, error() {} },
    process: Object.assign(new EventEmitter(), { env: { ...process.env, ...PASSWORDS } }),
  }
  const written = KEEPS_ITS_SERVICE.test(code) ? code : code.replace(SERVICE, `'${service}'`)
  const { outputText } = ts.transpileModule(written, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  })
  const run = new asyncFunction(
    ...Object.keys(scope),
    `${outputText}\nreturn typeof app === 'undefined' ? undefined : app`,
  )
  const close = async () => {
    scope.process.emit('SIGTERM')
    await Promise.all(opened.map(each => each.close()))
  }
  try {
    const app = await run(...Object.values(scope))
    const strategy = opened.find(each => each instanceof library.Strategy)
    return { app: app ?? (strategy && appAround(strategy)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Returns the modules as an example imports them, with everything it opens in `opened`. */
function modulesFor(opened: Closable[]): Readonly<Record<string, unknown>> {
  const kept = <T extends Closable>(closable: T): T => {
    opened.push(closable)
    return closable
  }
  const keeping = <T extends new (...values: never[]) => Closable>(base: T): T =>
    new Proxy(base, { construct: (...construction) => kept(Reflect.construct(...construction) as Closable) })
  const passport = new Passport()
  return {
    passport: { __esModule: true, default: passport },
    'passport-xmpp-bosh': {
      ...library,
      Strategy: keeping(library.Strategy),
      Authenticator: keeping(library.Authenticator),
      Registration: keeping(library.Registration),
      ServiceAccount: keeping(library.ServiceAccount),
      Confirmations: keeping(library.Confirmations),
      ConfirmStrategy: keeping(library.ConfirmStrategy),
    },
    'passport-xmpp-bosh/testing': {
      ...testing,
      startBoshServer: async (options: testing.BoshServerOptions) => kept(await testing.startBoshServer(options)),
    },
    get 'passport-xmpp-bosh/testing/nock'() {
      const { mockBosh } = loadMock(opened)
      return { mockBosh: (url: string, options: testing.ResponderOptions) => kept(mockBosh(url, options)) }
    },
  }
}

/** Loads the mock for one example only: as long as nock is active, connections are not kept alive. */
function loadMock(opened: Closable[]): typeof mock {
  const nock = require('nock') as typeof import('nock')
  const loaded = require('../../lib/testing/nock') as typeof mock
  if (!nock.isActive()) nock.activate()
  opened.push({ close: () => nock.restore() })
  return loaded
}

/** Returns an app that answers a login with the user. */
function appAround(strategy: library.Strategy): Express {
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.post('/login', new Passport().authenticate(strategy, { session: false }), (req, res) => {
    res.json(req.user)
  })
  return app
}

/** Signs alice in, follows a redirect, and returns the JSON of the last page; `undefined`: the login was refused. */
export async function signIn(app: Express, password: string): Promise<unknown> {
  const visitor = supertest.agent(app)
  const form = { username: 'alice', password }
  const answer = await visitor.post('/login').set('Host', 'example.com').type('form').send(form)
  if (answer.status === 401) return undefined
  if (answer.status !== 302) {
    if (answer.status !== 200) throw new Error(`the login was answered with ${answer.status}: ${answer.text}`)
    return answer.body
  }
  const page = await visitor.get(answer.headers['location'] ?? '/').set('Host', 'example.com')
  return page.body ?? undefined
}
