import request from 'supertest'
import type { Recipe } from './recipes'

/** The answers to a visitor after an attempt to sign in. */
export interface Seen {
  /** of the attempt itself */
  status: number
  text: string
  /** the name of the visitor on the start page after that, `undefined` for an unknown visitor */
  greeting: string | undefined
}

/** One visitor, with a cookie jar. */
export class Visitor {
  readonly #agent: ReturnType<typeof request.agent>
  readonly #signIn: Recipe['signIn']

  constructor(url: string, signIn: Recipe['signIn']) {
    this.#agent = request.agent(url)
    this.#signIn = signIn
  }

  async signsIn(username: string, password: string): Promise<Seen> {
    if (this.#signIn === 'basic') {
      const { status, text } = await this.#agent.get('/').auth(username, password)
      return { status, text, greeting: greetingIn(text) }
    }
    const form = { [this.#signIn.form]: username, password }
    const { status, text } = await this.#agent.post('/login').type('form').send(form)
    return { status, text, greeting: await this.greeting() }
  }

  async signsOut(): Promise<void> {
    await this.#agent.post('/logout')
  }

  /** Gets a page of the app. */
  async gets(path: string): Promise<{ status: number; text: string }> {
    const { status, text } = await this.#agent.get(path)
    return { status, text }
  }

  /** Returns the greeting on the start page. */
  async greeting(): Promise<string | undefined> {
    return greetingIn((await this.#agent.get('/')).text)
  }
}

function greetingIn(page: string): string | undefined {
  return /Hello [^<\n]+/.exec(page)?.[0]
}
