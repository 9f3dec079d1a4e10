import { hiddenIn } from '../../example-app/visitor'
import { type Answer, type Door, nameOf, newVisitor, type Visitor } from '../visitor'

const START = '/login/xmpp'
const WAIT = `${START}/wait`
const FINISH = `${START}/finish`

/** A request as the page of its browser shows it. */
export interface Shown {
  readonly number: string
  readonly code: string
}

/** A browser that signs in without a password, at any door of the site. */
export class Browser {
  readonly visitor: Visitor = newVisitor()

  /** Starts a request and opens its page at another door. */
  async start(door: Door, jid: string, then = door): Promise<Shown> {
    const { text } = await this.visitor.get(door, '/login')
    const answer = await this.visitor.post(door, START, { ...hiddenIn(text, START), jid })
    if (answer.status !== 303 || answer.location !== WAIT) throw new Error(`not started: ${shownOf(answer)}`)
    return this.look(then)
  }

  /** Opens the page of the request. */
  async look(door: Door): Promise<Shown> {
    const page = await this.visitor.get(door, WAIT)
    const number = /<strong>(\d{2,3})<\/strong>/.exec(page.text)?.[1]
    const code = /<code>([0-9A-Z]{4}-[0-9A-Z]{4})<\/code>/.exec(page.text)?.[1]
    if (number === undefined || code === undefined) throw new Error(`not the page of a request: ${shownOf(page)}`)
    return { number, code }
  }

  /** Waits at a door until the request is decided. Resolves to false if it still waits when the door answers. */
  async waits(door: Door): Promise<boolean> {
    const answer = await this.visitor.get(door, `${WAIT}?held`)
    if (answer.status === 303 && answer.location === FINISH) return true
    if (answer.status === 200) return false
    throw new Error(`not an answer to a browser that waits: ${shownOf(answer)}`)
  }

  /** Finishes at a door. Returns the page that it leads to. */
  async finish(door: Door): Promise<string | undefined> {
    return (await this.visitor.get(door, FINISH)).location
  }

  /** Returns the name of the account that this browser is signed in as. */
  nameAt(door: Door): Promise<string | undefined> {
    return nameOf(this.visitor, door)
  }
}

const shownOf = ({ status, location, text }: Answer) => `${status} ${location ?? ''} ${text.slice(0, 2_000)}`
