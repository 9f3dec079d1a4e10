import type { Element } from '../xml/read'
import type { Node } from '../xml/write'
import type { FaultReply } from './faults/fault'
import type { Faults } from './faults/faults'
import { endsSession, faultyReply, isSaslFault, keepsContent } from './faults/faulty-reply'
import { isOfAnswers, isQuestion, struck } from './faults/struck'
import type { Personality } from './personalities/habits'
import { filled, type Terms } from './protocol/creation'
import { type CorrectReply, ok, type Reply, replyOfEnd, type StreamReply, terminated } from './protocol/reply'
import { type IsRoom, questionOf, type RequestView, type Step, stepOfChild } from './protocol/request'
import type { Session } from './protocol/session'

/** An answer, and true if the session ends with it. Without a reply there is nothing to send yet. */
export interface Answer<R extends Reply | undefined> {
  readonly reply: R
  readonly isEnd: boolean
}

/** A request with what goes wrong with it, and the SASL element that was sent before it. */
interface Asked {
  readonly request: RequestView
  readonly rid: number
  readonly fault: FaultReply | undefined
  /** step that the fault names */
  readonly on: Step
  readonly last: Node | undefined
}

/** Answers to the requests of a session, right or faulty. */
export class Answers {
  readonly #personality: Personality
  readonly #faults: Faults
  readonly #isRoom: IsRoom
  readonly #hasAnswers: () => boolean

  /** @param hasAnswers tells whether questions about roles and vCards find anything */
  constructor(personality: Personality, faults: Faults, isRoom: IsRoom, hasAnswers: () => boolean) {
    this.#personality = personality
    this.#faults = faults
    this.#isRoom = isRoom
    this.#hasAnswers = hasAnswers
  }

  /** Answers the request that creates a session. */
  created(session: Session, { isVersioned }: Terms, rid: number, request: RequestView): Answer<Reply> {
    const { replies, sessions } = this.#personality
    const features = isVersioned ? [session.stream.features] : []
    const attributes = { ...filled(replies.created, session.values, rid) }
    if (!isVersioned) for (const name of ['xmpp:version', 'authid']) delete attributes[name]
    if (sessions.hasLateFeatures) session.due = features
    const correct = { children: sessions.hasLateFeatures ? [] : features, attributes }
    const fault = this.#faults.take('create')
    return this.#reply(session, correct, { request, rid, fault, on: 'create', last: undefined })
  }

  /** Answers a request of a session. */
  async answer(
    session: Session,
    { children }: Element,
    rid: number,
    request: RequestView,
  ): Promise<Answer<Reply | undefined>> {
    const { step } = request
    const { stream, values } = session
    const { replies, sessions } = this.#personality
    const asked = { request, rid, ...this.#faultOf(step, children), last: stream.authentication.last }
    if (step === 'terminate') return this.#terminate(session, children, asked)
    const isRestart = step === 'restart'
    const attributes = filled(isRestart ? { ...replies.every, ...replies.restarted } : replies.every, values, rid)
    const begun = isRestart ? stream.restart() : []
    const isPayload = !isRestart || sessions.answersPayload
    const answers = 'end' in begun || !isPayload ? begun : joined(begun, await stream.answer(children, asked.fault))
    if ('end' in answers) {
      const end = replyOfEnd(answers.end, attributes, filled(replies.ended, values, rid))
      return { reply: 'status' in end ? end : this.#reply(session, end, asked).reply, isEnd: true }
    }
    if (session.begins()) {
      session.due = answers
      return this.#reply(session, { children: [], attributes: { ...attributes, authid: session.sid } }, asked)
    }
    const isSplit = asked.fault === undefined && this.#splits(step)
    const ordered = isSplit ? this.#accountFirst(answers) : this.#struck(answers, children, asked)
    const all = [...session.due, ...ordered]
    const due = isSplit ? all.slice(0, 1) : all
    session.due = isSplit ? all.slice(1) : []
    // XEP-0124 §9: hold the request if there is nothing to send.
    if (due.length === 0 && asked.fault === undefined) return { reply: undefined, isEnd: false }
    return this.#reply(session, { children: due, attributes }, asked)
  }

  /** Takes the fault of a step. A request for roles that asks for a vCard, too, has the faults of both. */
  #faultOf(step: Step, children: readonly Element[]): Pick<Asked, 'fault' | 'on'> {
    const fault = this.#faults.take(step)
    const asksBoth = step === 'roles' && children.some(child => questionOf(child, this.#isRoom) === 'vcard')
    return fault === undefined && asksBoth ? { fault: this.#faults.take('vcard'), on: 'vcard' } : { fault, on: step }
  }

  #struck(answers: readonly Node[], children: readonly Element[], { fault, on }: Asked): readonly Node[] {
    if (fault === undefined || !isOfAnswers(fault, on)) return answers
    const questions = children.filter(child => (questionOf(child, this.#isRoom) ?? stepOfChild(child)) === on)
    return struck(answers, questions, fault)
  }

  /** Puts the answers of the account before those of rooms, as ejabberd nearly always does. */
  #accountFirst(answers: readonly Node[]): readonly Node[] {
    const isOfRoom = ({ attributes }: Node) => this.#isRoom(attributes['from'] ?? '')
    return [...answers.filter(answer => !isOfRoom(answer)), ...answers.filter(isOfRoom)]
  }

  /** Returns true if the answers to a request come in two replies. */
  #splits(step: Step): boolean {
    return isQuestion(step) && this.#personality.sessions.givesFirstAlone && this.#hasAnswers()
  }

  async #terminate(session: Session, children: readonly Element[], asked: Asked): Promise<Answer<Reply>> {
    const { stream, values } = session
    const { replies, sessions } = this.#personality
    if (stream.awaitsRestart && sessions.unrestartedEnd === 'stays') {
      const attributes = filled({ ...replies.every, ...replies.restarted }, values, asked.rid)
      return this.#reply(session, { children: [], attributes }, asked)
    }
    const isAnnounced = stream.awaitsRestart && sessions.unrestartedEnd === 'ends-with-features'
    const begun = isAnnounced ? stream.restart() : []
    const answers = sessions.answersPayload ? await stream.answer(children, undefined) : []
    const attributes = { ...filled(replies.ended, values, asked.rid), type: 'terminate' }
    const sent = joined(begun, answers)
    const correct = { children: 'end' in sent ? [] : sent, attributes }
    const isHeldAnswered = session.isHolding && sessions.otherRequest === undefined
    if (sessions.otherRequest !== undefined) session.end(terminated(sessions.otherRequest))
    const { reply } = this.#reply(session, correct, asked)
    if (isHeldAnswered) session.end(reply)
    return { reply: isHeldAnswered ? terminated() : reply, isEnd: true }
  }

  #reply(session: Session, correct: CorrectReply, { request, fault, on, last }: Asked): Answer<Reply> {
    if (fault === undefined || isSaslFault(fault) || isOfAnswers(fault, on)) {
      return { reply: ok(correct.children, correct.attributes), isEnd: false }
    }
    // After a fault, a client that waits for a lost reply gets an empty one at once, so that its test ends soon. A client
    // that asks for roles or a vCard has a deadline of its own.
    if (!isQuestion(on)) session.holdNothing()
    if (keepsContent(fault)) session.due = correct.children
    if (typeof fault === 'object' && 'boundJid' in fault) session.stream.overrideJid(fault.boundJid)
    return { reply: faultyReply(fault, correct, request, last), isEnd: endsSession(fault) }
  }
}

function joined(first: StreamReply, then: StreamReply): StreamReply {
  if ('end' in first) return first
  return 'end' in then ? then : [...first, ...then]
}
