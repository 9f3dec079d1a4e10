import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { tokenIn } from '../example-app/visitor'

/** ms. Longer than any answer may take. */
const DEADLINE_MS = 50_000

/** An address of the site that visitors use: nginx or one of the processes. */
export interface Door {
  readonly url: string
  /** PEM of the certificate to trust, for https */
  readonly ca?: string
  /** headers that a proxy would add, for a process of the app */
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface Visitor {
  get(door: Door, path: string): Promise<Answer>
  /** Sends a form. */
  post(door: Door, path: string, fields: Readonly<Record<string, string>>): Promise<Answer>
}

let visitors = 0

/** Returns a visitor with cookies and an address of loopback of their own. */
export function newVisitor(address = nextAddress()): Visitor {
  const cookies = new Map<string, string>()
  const visit = async (door: Door, path: string, form?: string): Promise<Answer> => {
    const answer = await ask(door, path, {
      // A process of the app takes the address from the header.
      address: door.headers ? '127.0.0.1' : address,
      headers: {
        ...(door.headers && { ...door.headers, 'X-Forwarded-For': address }),
        ...(cookies.size > 0 && { Cookie: [...cookies].map(pair => pair.join('=')).join('; ') }),
      },
      form,
    })
    for (const set of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  return {
    get: (door, path) => visit(door, path),
    post: (door, path, fields) => visit(door, path, String(new URLSearchParams(fields))),
  }
}

function nextAddress(): string {
  visitors += 1
  return `127.7.${visitors >> 8}.${visitors & 0xff}`
}

interface Asked {
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly form: string | undefined
}

/** Sends one request on a connection of its own. */
export function ask({ url, ca }: Door, path: string, { address, headers, form }: Asked): Promise<Answer> {
  const to = new URL(path, url)
  return new Promise((resolve, reject) => {
    const asked = (to.protocol === 'https:' ? requestHttps : requestHttp)(to, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        ...(form !== undefined && {
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(form),
        }),
      },
      localAddress: address,
      agent: false,
      ...(ca !== undefined && { ca }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    asked.on('error', reject)
    asked.on('response', response => {
      const { statusCode: status = 0, headers } = response
      const { location } = headers
      let text = ''
      // A browser follows the redirect without waiting for the body.
      if (location !== undefined) resolve({ status, location, headers, text })
      response.setEncoding('utf8')
      response.on('error', reject)
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status, location, headers, text }))
    })
    asked.end(form)
  })
}

/** Opens the sign-in page and sends its form, to another door if given. */
export async function signIn(visitor: Visitor, door: Door, name: string, password: string, then = door) {
  const { text } = await visitor.get(door, '/login')
  return visitor.post(then, '/login', { _csrf: tokenIn(text), username: name, password })
}

/** Returns the user name on the start page; `undefined`: the visitor is not signed in. */
export async function nameOf(visitor: Visitor, door: Door): Promise<string | undefined> {
  const { status, text } = await visitor.get(door, '/')
  const name = /hello ([^<]+)</.exec(text)?.[1]
  if (status !== 200 || name === undefined) throw new Error(`the start page: ${status} ${text}`)
  return name === 'world' ? undefined : name
}
