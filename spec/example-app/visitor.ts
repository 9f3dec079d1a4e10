import request from 'supertest'
import { type App, type AppConfig, createApp } from '../../example-app/app'
import { readConfig } from '../../example-app/config'
import { createLog } from '../../login-site/operation/log'
import { openMemoryStores } from '../../login-site/stores/memory'
import type { Stores } from '../../login-site/stores/stores'

export type Visitor = ReturnType<typeof request.agent>

/** A line of the app's log. */
export type LogEntry = Readonly<Record<string, unknown>>

/** An app with its log and its stores. */
export interface AppOn {
  readonly app: App
  readonly logged: LogEntry[]
  readonly stores: Stores
}

/** Creates an app that uses `xmpp`, configured by `env`. Collects its log instead of printing it. */
export function appOn(
  xmpp: { url: string },
  env: Record<string, string> = {},
  more: Pick<AppConfig, 'metrics' | 'phones' | 'roleMaxAge'> & { readonly stores?: Stores } = {},
): AppOn {
  const logged: LogEntry[] = []
  const config = readConfig({ XMPP_SERVICE: xmpp.url, XMPP_DOMAIN: 'localhost', ...env })
  const service = config.xmpp.service ?? []
  const log = createLog({ write: line => void logged.push(JSON.parse(line)) })
  const stores = more.stores ?? openMemoryStores()
  const app = createApp({ ...config, xmpp: { ...config.xmpp, service }, log, ...more, stores })
  const { close } = app
  const closeAll = async () => {
    await close()
    await stores.close()
  }
  return { app: Object.assign(app, { close: closeAll }), logged, stores }
}

/** Returns the events in a log. */
export const eventsIn = (logged: readonly LogEntry[]) => logged.filter(({ event }) => event !== undefined)

/** Environment of an app behind a proxy on this machine. */
export const PRODUCTION = {
  NODE_ENV: 'production',
  TRUST_PROXY: 'loopback',
  SESSION_SECRET: 'a secret of the specs, long enough',
}

/** Returns the CSRF token in the hidden field of a page's form. */
export function tokenIn(page: string): string {
  const token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1]
  if (token === undefined) throw new Error('the page has no form with a CSRF token')
  return token
}

/** Returns the hidden fields that protect a form. @param action of the form, on a page with several */
export function hiddenIn(page: string, action?: string): Record<string, string> {
  const start = action === undefined ? 0 : page.indexOf(` action="${action}"`)
  const form = page.slice(Math.max(0, start)).split('</form>', 1)[0] ?? ''
  const fields = form.matchAll(/<input type="hidden" name="(_[^"]+)" value="([^"]*)"/g)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]))
}

/** Returns the value of the session cookie if the response sets one. */
export function sessionIn(response: { headers: Record<string, unknown> }): string | undefined {
  const cookies = response.headers['set-cookie'] as string[] | undefined
  return cookies?.map(cookie => /^(?:__Host-)?session=([^;]+)/.exec(cookie)?.[1]).find(value => value !== undefined)
}

/** Opens the login page and sends its form. Does not follow a redirect. */
export async function signIn(visitor: Visitor, username: string, password: string) {
  const { text } = await visitor.get('/login')
  return visitor
    .post('/login')
    .type('form')
    .send({ ...hiddenIn(text), username, password })
}

export function visitorOf(app: App): Visitor {
  return request.agent(app)
}

/** Opens a page with a form and sends `fields` to `action` with the page's token. Does not follow a redirect. */
export async function send(visitor: Visitor, page: string, action: string, fields: Record<string, string>) {
  const { text } = await visitor.get(page)
  return visitor
    .post(action)
    .type('form')
    .send({ ...hiddenIn(text, action), ...fields })
}

/** Matches a script or a style that is in a page itself: its scripts must be files of the site. */
export const INLINE = /<script(?![^>]* src="\/[\w./-]+"[^>]*><\/script>)|<style|\sstyle=|\son[a-z]+=|javascript:/i

/** Returns the message on a page about a form that was sent before. */
export function noticeIn(page: string): string | undefined {
  return /role="(?:alert|status)">([^<]*)</.exec(page)?.[1]
}
