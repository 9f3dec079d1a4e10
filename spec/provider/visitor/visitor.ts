import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { CookieJar } from 'jsdom'
import { CA } from '../servers/tls'
import { assertAllowed, formTargets } from './form-action'
import { type Form, type Page, pageOf } from './page'

/*
 * A browser without a screen: it keeps cookies by host, path and SameSite, follows redirects and pages that lead on at
 * once, says of each request why it is made (Sec-Fetch-*), sends forms, also those that send themselves, and keeps to
 * form-action of a policy.
 */

const MAX_HOPS = 20
/** ms. Longer than any answer may take. */
const DEADLINE_MS = 50_000

export interface Visitor {
  /** Opens an address and follows all redirects. */
  open(url: string): Promise<Page>
  /** Opens an address without following a redirect. */
  peek(url: string): Promise<Page>
  /**
   * Fills in the form of a page and presses a button of it. Follows all redirects.
   *
   * @param button selector of the button, which also chooses the form; by default the first one of the page
   */
  submit(page: Page, fields?: Readonly<Record<string, string>>, button?: string): Promise<Page>
}

interface Going {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly body?: string
  /** page that it comes from; none for a typed address */
  readonly from?: URL
  /** addresses to which the page's policy lets a form lead, also by redirects */
  readonly targets?: readonly string[] | undefined
}

let visitors = 0

/** Returns a visitor with cookies and an address of loopback of their own. */
export function newVisitor(): Visitor {
  visitors += 1
  const address = `127.8.${visitors >> 8}.${visitors & 0xff}`
  const jar = new CookieJar()

  const step = async (going: Going, way: readonly string[] = []): Promise<Page> => {
    assertAllowed(going.url, going.targets)
    const context = { sameSiteContext: contextOf(going) }
    const cookie = jar.getCookieStringSync(going.url.href, context)
    const answer = await send(going, address, cookie)
    for (const set of answer.headers['set-cookie'] ?? []) jar.setCookieSync(set, going.url.href, { ignoreError: true })
    return pageOf([...way, going.url.href], answer.statusCode ?? 0, answer.headers, await textOf(answer))
  }

  const follow = async (first: Going): Promise<Page> => {
    let page = await step(first)
    for (let going = first; page.way.length < MAX_HOPS; ) {
      const next = redirectOf(page, going) ?? leadOf(page)
      if (!next) return page
      going = next
      page = await step(going, page.way)
    }
    throw new Error(`more than ${MAX_HOPS} redirects: ${page.way.join('\n')}`)
  }

  return {
    open: url => follow({ method: 'GET', url: new URL(url) }),
    peek: url => step({ method: 'GET', url: new URL(url) }),
    submit: (page, fields = {}, button) => follow(sending(page, page.form(fields, button))),
  }
}

function redirectOf({ status, location, url }: Page, { from, targets }: Going): Going | undefined {
  if (location === undefined || status < 300 || status > 399) return undefined
  if (status === 307 || status === 308) throw new Error(`${url.href} wants the same request again`)
  const to = new URL(location, url)
  return { method: 'GET', url: to, ...(from && { from }), ...(targets && { targets }) }
}

/** Returns the way that a page takes by itself. A form-action of the page before no longer counts. */
function leadOf(page: Page): Going | undefined {
  if (page.refresh !== undefined) return { method: 'GET', url: new URL(page.refresh, page.url), from: page.url }
  return page.sentForm && sending(page, page.sentForm)
}

function sending(page: Page, { action, method, body }: Form): Going {
  const targets = formTargets(page.headers['content-security-policy'], page.url)
  const url = new URL(action, page.url)
  if (method === 'post') return { method: 'POST', url, body, from: page.url, targets }
  url.search = body
  return { method: 'GET', url, from: page.url, targets }
}

function contextOf({ method, url, from }: Going): 'strict' | 'lax' | 'none' {
  if (!from || from.hostname === url.hostname) return 'strict'
  return method === 'GET' ? 'lax' : 'none'
}

function siteOf({ url, from }: Going): string {
  if (!from) return 'none'
  if (from.origin === url.origin) return 'same-origin'
  return from.hostname === url.hostname ? 'same-site' : 'cross-site'
}

function send(going: Going, localAddress: string, cookie: string): Promise<IncomingMessage> {
  const { method, url, body, from } = going
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method,
      headers: {
        Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        'Accept-Language': 'en',
        'Sec-Fetch-Dest': 'document',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Site': siteOf(going),
        'Sec-Fetch-User': '?1',
        'Upgrade-Insecure-Requests': '1',
        'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        ...(cookie && { Cookie: cookie }),
        ...(body !== undefined && {
          Origin: from?.origin ?? '',
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(body),
        }),
      },
      ca: CA,
      localAddress,
      family: 4,
      agent: false,
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    asked.on('error', reason => reject(new Error(`${method} ${url.href} failed`, { cause: reason })))
    asked.on('response', resolve)
    asked.end(body)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += part
  return text
}
