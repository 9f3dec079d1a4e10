import { randomBytes } from 'node:crypto'
import type { ReplyBounds } from '../bosh/reply-bounds'
import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import {
  ANSWERS_PAUSE_MS,
  MAX_RESPONSE_BYTES,
  MAX_ROLE_BYTES,
  MAX_ROLE_REPLY_ELEMENTS,
  MAX_ROLE_XML_ELEMENTS,
  MAX_XML_DEPTH,
  MAX_XML_ELEMENTS,
  QUESTION_ID_BYTES,
} from '../limits'
import type { Signal } from '../time/light-signal'
import { CLIENT } from '../xml/namespaces'
import type { Element } from '../xml/read'
import type { ChildLimits } from '../xml/read-by-child'
import { element, type Node } from '../xml/write'
import { isAnswer } from './iq'
import type { Question } from './question'

/**
 * Answers in the order of their questions: an `<iq/>` of type result or error from the JID that was asked. `undefined`: no
 * answer came in time, it exceeds its limits, or there were two.
 */
export type Answers = readonly (Element | undefined)[]

/** Bounds of the answers to several questions. */
export interface AskBounds {
  /** size of one reply, in bytes */
  readonly maxBytes: number
  /** number of elements in one reply */
  readonly elements: number
  /** limits of the answer to a question that has none of its own */
  readonly limits: ChildLimits
}

/** Bounds of the answers about rooms. */
export const ROLE_BOUNDS: AskBounds = {
  maxBytes: MAX_ROLE_BYTES,
  elements: MAX_ROLE_REPLY_ELEMENTS,
  limits: { bytes: MAX_ROLE_BYTES, elements: MAX_ROLE_XML_ELEMENTS, depth: MAX_XML_DEPTH },
}

/** Limits of a stanza that comes between the answers. */
const OTHER_LIMITS: ChildLimits = { bytes: MAX_RESPONSE_BYTES, elements: MAX_XML_ELEMENTS, depth: MAX_XML_DEPTH }

/**
 * Asks all questions in one body and returns the answers that have come when all are there, when the session ends, or when
 * `signal` aborts. Never rejects for an act of the server. If a reply is too large, asks the questions that are not spare
 * once more, if one of them has no answer.
 */
export async function askAll(
  session: BoshSession,
  questions: readonly Question[],
  bounds: AskBounds,
  signal: Signal,
): Promise<Answers> {
  const gathered = new GatheredAnswers(questions, bounds)
  const isTooLarge = await gather(session, gathered, signal)
  const needed = questions.filter(({ isSpare }) => !isSpare)
  const isIncomplete = questions.some(({ isSpare }, at) => !isSpare && !gathered.answers[at])
  if (!isTooLarge || !isIncomplete || needed.length === questions.length || signal.aborted) return gathered.answers
  const again = new GatheredAnswers(needed, bounds)
  await gather(session, again, signal)
  return questions.map((question, at) =>
    question.isSpare ? gathered.answers[at] : again.answers[needed.indexOf(question)],
  )
}

/** Asks the questions until all are answered. Returns true if a reply was too large. */
async function gather(session: BoshSession, gathered: GatheredAnswers, signal: Signal): Promise<boolean> {
  if (gathered.iqs.length === 0 || signal.aborted) return false
  try {
    await session.ask(gathered.iqs, reply => gathered.take(reply), signal, gathered.bounds)
    return false
  } catch (reason) {
    if (signal.aborted) return false
    if (!XmppBoshError.is(reason)) throw reason
    return reason.code === 'ERR_XMPP_TOO_LARGE'
  }
}

/** Questions of one body, and the answers to them that have come. */
class GatheredAnswers {
  readonly iqs: readonly Node[]
  readonly bounds: ReplyBounds
  readonly answers: (Element | undefined)[]
  readonly #questions: readonly Question[]
  readonly #indexes = new Map<string, number>()
  /** number of answers that have come to each question, with those that could not be read */
  readonly #came: number[]

  constructor(questions: readonly Question[], { maxBytes, elements, limits }: AskBounds) {
    this.#questions = questions
    this.#came = questions.map(() => 0)
    this.answers = questions.map(() => undefined)
    this.iqs = questions.map(({ to, payload }, index) => {
      // Short: servers shape long bodies, and there can be 65 questions in one.
      const id = randomBytes(QUESTION_ID_BYTES).toString('base64url')
      this.#indexes.set(id, index)
      return element('iq', { xmlns: CLIENT, type: 'get', id, ...(to !== undefined && { to }) }, payload)
    })
    const limitsOf = (head: Element) => {
      const index = this.#indexOf(head)
      if (index === undefined) return OTHER_LIMITS
      this.#came[index] = (this.#came[index] ?? 0) + 1
      return questions[index]?.limits ?? limits
    }
    this.bounds = { maxBytes, elements, depth: MAX_XML_DEPTH, pauseMs: ANSWERS_PAUSE_MS, limitsOf }
  }

  /** Takes the answers in a reply. Returns true when no more is due, and `undefined` before. */
  take(reply: readonly Element[]): true | undefined {
    for (const child of reply) {
      const index = this.#indexOf(child)
      if (index !== undefined) this.answers[index] = this.#came[index] === 1 ? child : undefined
    }
    return this.#came.every(count => count > 0) || undefined
  }

  /** Returns the index of the question that an element answers (RFC 6120 §8.2.3). */
  #indexOf(child: Element): number | undefined {
    const [id = '', from] = [child.attributes.get('id'), child.attributes.get('from')]
    const index = this.#indexes.get(id)
    const question = index === undefined ? undefined : this.#questions[index]
    if (!question || !isAnswer(child)) return undefined
    // RFC 6120 §8.1.2.1: without `from` it is of the server, about the account itself. MongooseIM sends an empty one.
    const isFromAsked = from ? question.from(from) : question.to === undefined
    return isFromAsked ? index : undefined
  }
}
