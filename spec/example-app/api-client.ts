import type { Response, Test } from 'supertest'
import type { App } from '../../example-app/app'
import { operation, undocumented } from './api-description'
import { type Visitor, visitorOf } from './visitor'

/** The parts of a call beside its cookie. */
export interface Sent {
  /** sent as JSON; a string is sent as it is */
  readonly body?: unknown
  /** default `application/json` */
  readonly type?: string
  /** `X-CSRF-Token`; default: the token of the session */
  readonly token?: string | null
}

/** A client of the API that checks every answer against its description. */
export class ApiClient {
  /** uses the same session for pages */
  readonly visitor: Visitor

  constructor(app: App) {
    this.visitor = visitorOf(app)
  }

  /** @param name of an operation, such as `POST /api/login` */
  async call(name: string, sent: Sent = {}): Promise<Response> {
    const { method, path } = operation(name)
    const token = method === 'get' ? null : sent.token === undefined ? await this.token() : sent.token
    const request = this.visitor[method](path)
    if (token !== null) request.set('X-CSRF-Token', token)
    const answer = await withBody(request, sent)
    expect(undocumented(name, answer)).toEqual([])
    return answer
  }

  async token(): Promise<string> {
    return (await this.call('GET /api/csrf')).body.token
  }

  login(username: string, password: string): Promise<Response> {
    return this.call('POST /api/login', { body: { username, password } })
  }
}

function withBody(request: Test, { body, type = 'application/json' }: Sent): Test {
  if (body === undefined) return request
  return request.type(type).send(typeof body === 'string' ? body : JSON.stringify(body))
}
