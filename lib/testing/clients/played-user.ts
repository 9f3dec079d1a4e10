import { setImmediate } from 'node:timers'
import { CLIENT } from '../../xml/namespaces'
import { element, type Node } from '../../xml/write'
import { errorElement } from '../protocol/reply'
import { childOf, textIn } from '../routing/offline'
import type { Recipient, Router } from '../routing/router'
import type { ChatClient } from './chat-clients'
import { type Asked, questionOf } from './question'

/** Answer of a user to a question; undefined if this question is not one that it answers. */
export type Reaction = (asked: Asked) => readonly Node[] | undefined

const MAX_TEXTS = 1_000

/** A user with one chat client, which does what a test tells it. */
export class PlayedUser implements Recipient {
  readonly jid: string
  readonly client: ChatClient
  readonly #router: Router
  readonly #repeatsRefused: boolean
  #bounce: string | undefined
  #texts: string[] = []
  /** questions that no test has seen, and tests that wait for one */
  #unseen: Asked[] = []
  #waiting: ((asked: Asked) => void)[] = []
  /** the question that waits for an answer, and what is done with the next ones */
  #open: Asked | undefined
  #reactions: Reaction[] = []
  #writer: string | undefined

  constructor(jid: string, client: ChatClient, router: Router, repeatsRefused: boolean) {
    this.jid = jid
    this.client = client
    this.#router = router
    this.#repeatsRefused = repeatsRefused
  }

  get presence(): Node {
    return element('presence', { from: this.jid })
  }

  get priority(): number {
    return 0
  }

  /** texts that it got, questions included */
  get texts(): readonly string[] {
    return [...this.#texts]
  }

  /** full JID of the last one that has written */
  get writer(): string | undefined {
    return this.#writer
  }

  /** It keeps its place beside a client that binds the same resource. */
  replace(): void {}

  receive(stanza: Node): void {
    const { type } = stanza.attributes
    if (stanza.name === 'iq' && type !== 'get' && type !== 'set') return
    if (stanza.name === 'presence' || type === 'error') return
    const asked = questionOf(stanza)
    const isUnknown = stanza.name === 'iq' && (asked === undefined || this.client.grant === undefined)
    const refusal = this.#bounce ?? (isUnknown ? 'service-unavailable' : undefined)
    if (refusal !== undefined) {
      this.#send(this.#errorFor(stanza, refusal))
      return
    }
    const body = childOf(stanza, 'body')
    if (body) {
      this.#texts = [...this.#texts, textIn(body)].slice(-MAX_TEXTS)
      this.#writer = stanza.attributes['from']
    }
    if (asked) this.#see(asked)
  }

  /** Answers the question that waits, or the next one for which there is an answer. */
  react(reaction: Reaction): void {
    const answers = this.#open && reaction(this.#open)
    if (answers === undefined) {
      this.#reactions.push(reaction)
      return
    }
    this.#open = undefined
    this.#send(...answers)
  }

  /** Sends stanzas, which lack their sender. */
  say(...stanzas: readonly Node[]): void {
    this.#send(...stanzas)
  }

  bounceWith(condition: string): void {
    this.#bounce = condition
  }

  /** Forgets what it was told to do. */
  silence(): void {
    this.#bounce = undefined
    this.#reactions = []
  }

  /** Returns the next question that no test has seen. */
  next(): Asked | undefined {
    return this.#unseen.shift()
  }

  /** Calls the listener with the next question. Returns a function that ends the wait. */
  wait(listener: (asked: Asked) => void): () => void {
    this.#waiting.push(listener)
    return () => {
      this.#waiting = this.#waiting.filter(other => other !== listener)
    }
  }

  #see(asked: Asked): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(asked)
    else this.#unseen.push(asked)
    this.#open = asked
    for (const reaction of this.#reactions) {
      const answers = reaction(asked)
      if (answers === undefined) continue
      this.#reactions = this.#reactions.filter(other => other !== reaction)
      this.#open = undefined
      this.#send(...answers)
      return
    }
  }

  /** Sends after this turn, as a client does on another machine. */
  #send(...stanzas: readonly Node[]): void {
    for (const { name, attributes, children } of stanzas) {
      const sent = { name, attributes: { xmlns: CLIENT, from: this.jid, ...attributes }, children }
      setImmediate(() => void (name === 'iq' ? this.#router.iq(sent) : this.#router.message(sent)))
    }
  }

  #errorFor({ name, attributes, children }: Node, condition: string): Node {
    const { from: to = '', id, to: from = this.jid } = attributes
    const error = errorElement(condition)
    const repeated = this.#repeatsRefused ? children : []
    return element(name, { from, to, type: 'error', ...(id !== undefined && { id }) }, ...repeated, error)
  }
}
