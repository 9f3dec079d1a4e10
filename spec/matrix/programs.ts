import request from 'supertest'
import type { Environment, Installed } from './started'

/** Account with its password, as a visitor types them. */
export interface Typed {
  readonly username: string
  readonly password: string
}

/** Reply of a program to an attempt to sign in. */
export interface Reply {
  readonly status: number
  readonly text: string
}

/** A program of docs/recipes that has a login of its own, and takes ours by its configuration. */
export interface Program {
  readonly name: string
  /** URL that it prints when it listens on the port */
  url(port: number): string
  installed(port: number): Installed
  readonly environment: Environment
  /** statuses of a login that is refused, and of one while the XMPP server is down */
  readonly refused: number
  readonly down: number
  /** credentials that the XMPP server accepts and the recipe does not */
  readonly notAdmitted: Typed
  signIn(url: string, typed: Typed): Promise<Reply>
  /** Uses the result of a login, and returns the name under which the program knows the visitor. */
  nameOf(url: string, reply: Reply): Promise<unknown>
}

const nodeRed: Program = {
  name: 'node-red',
  url: port => `http://127.0.0.1:${port}`,
  installed: () => ({
    directory: 'recipes/node-red',
    command: ['node_modules/node-red/red.js', '--settings', 'settings.js'],
  }),
  environment: { EDITORS: 'alice@localhost' },
  refused: 403,
  down: 403,
  notAdmitted: { username: 'bob', password: 'hunter2' }, // not one of EDITORS
  signIn: async (url, typed) =>
    request(url)
      .post('/auth/token')
      .type('form')
      .send({ client_id: 'node-red-admin', grant_type: 'password', scope: '*', ...typed }),
  async nameOf(url, { text }) {
    const { access_token } = JSON.parse(text) as { access_token: string }
    const settings = await request(url).get('/settings').auth(access_token, { type: 'bearer' })
    return settings.body.user?.username
  },
}

const verdaccio: Program = {
  name: 'verdaccio',
  url: port => `http://localhost:${port}`,
  installed: port => ({
    directory: 'recipes/verdaccio',
    command: [
      'node_modules/verdaccio/bin/verdaccio',
      '--config',
      'config.yaml',
      '--listen',
      `http://localhost:${port}`,
    ],
  }),
  environment: {},
  refused: 403,
  down: 503,
  notAdmitted: { username: 'ALICE', password: 'secret' }, // another spelling of an account
  signIn: async (url, { username, password }) =>
    request(url)
      .put(`/-/user/org.couchdb.user:${encodeURIComponent(username)}`)
      .send({ name: username, password }),
  async nameOf(url, { text }) {
    const { token } = JSON.parse(text) as { token: string }
    const { body } = await request(url).get('/-/whoami').auth(token, { type: 'bearer' })
    return body.username
  },
}

export const PROGRAMS: readonly Program[] = [nodeRed, verdaccio]
