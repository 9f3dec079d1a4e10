import fc from 'fast-check'
import { Confirmations } from '../../lib/confirm/confirmations'
import { MemoryConfirmStore } from '../../lib/confirm/memory-store'
import type { ConfirmRecord } from '../../lib/confirm/store'
import { write } from '../../lib/xml/write'
import { type HandClock, handClock } from '../fixtures/clock'
import { BOT, FakeAccount, HTTP_AUTH } from '../fixtures/confirm/people'
import { BESIDE, type Dialogue, dialogues, type Message, type Move, SENDERS, TYPED } from './confirm-moves'
import { part, seed, tried } from './runs'

/*
 * Random dialogues of strangers and of the asked account. A request is granted only if its own account gave a right answer
 * to it. The proof is looked for in the messages by rules of this file, not by those of the library.
 */

const DIALOGUES = 100_000

/** Request as its browser knows it. */
interface Started {
  readonly record: ConfirmRecord
  readonly typed: string | undefined
  readonly question: string
  /** turn in which another request of its JID began while it waited */
  sharedIn: number
}

/** Message as it was sent, for the proof. */
interface Sent {
  readonly xml: string
  readonly from: string
  readonly type: string
  readonly text: string
  readonly dialog: Message['dialog']
  readonly dialogOf: ConfirmRecord | undefined
  readonly beside: string
  readonly turn: number
}

/** Accounts of the senders, written out once more. `undefined`: no account. */
const ACCOUNT_OF: Readonly<Record<string, string | undefined>> = {
  'alice@b.test/phone': 'alice@b.test',
  'alice@b.test/laptop': 'alice@b.test',
  'ALICE@B.test/phone': 'alice@b.test',
  '\uff21lice@b.test': 'alice@b.test',
  'bob@b.test/phone': 'bob@b.test',
  'mallory@evil.test/phone': 'mallory@evil.test',
  'alice@evil.test/phone': 'alice@evil.test',
  'alice@x.b.test/phone': 'alice@x.b.test',
  '\u0430lice@b.test/phone': '\u0430lice@b.test',
  'al\u0131ce@b.test/phone': 'al\u0131ce@b.test',
  'alice\\40b.test@evil.test/alice@b.test': 'alice\\40b.test@evil.test',
  'room@muc.b.test/alice@b.test': 'room@muc.b.test',
}

class Scene {
  readonly clock: HandClock = handClock()
  readonly store = new MemoryConfirmStore({}, { clock: this.clock })
  readonly accounts: readonly FakeAccount[]
  readonly confirmations: readonly Confirmations[]
  readonly started: Started[] = []
  readonly sent: Sent[] = []
  turn = 0
  readonly code: Dialogue['code']

  constructor({ code, processes }: Dialogue) {
    this.code = code
    this.accounts = Array.from({ length: processes }, () => new FakeAccount())
    this.confirmations = this.accounts.map(
      account =>
        new Confirmations(
          {
            account,
            site: 'app.example',
            url: 'https://app.example/login',
            allow: '*',
            code,
            store: this.store,
            asks: { perJid: 100 },
          },
          { clock: this.clock },
        ),
    )
  }

  async play(turn: readonly Move[]): Promise<void> {
    for (const move of turn) {
      if (move.kind === 'start') await this.#start(move)
      else if (move.kind === 'wait') this.clock.advance(move.ms)
      else if (move.kind === 'message') this.#hear(this.#message(move))
      else if (move.kind === 'repeat') this.#repeat(move.of)
      else await this.#end(move)
    }
    await idle()
    this.turn++
  }

  async #start({ typed, dialog, by }: Extract<Move, { kind: 'start' }>): Promise<void> {
    const jid = TYPED[typed]
    const process = by % this.confirmations.length
    try {
      const { id } = (await this.confirmations[process]?.start({ jid, visitor: { dialog } })) ?? { id: '' }
      const record = await this.store.get(id)
      if (record === undefined) return
      const question = this.accounts[process]?.told.at(-1)?.id ?? ''
      if (record.isAnswerable) await this.#share(record.jid)
      this.started.push({ record, typed: record.jid, question, sharedIn: Number.POSITIVE_INFINITY })
    } catch (error) {
      // Without a JID and without a code there is no request.
      expect(error).toMatchObject({ code: 'missing-jid' })
    }
  }

  async #share(jid: string | undefined): Promise<void> {
    for (const other of this.started) {
      const { jid: own, state, isAnswerable } = (await this.store.get(other.record.id)) ?? {}
      if (own === jid && state === 'waiting' && isAnswerable) other.sharedIn = Math.min(other.sharedIn, this.turn)
    }
  }

  async #end({ kind, of }: Extract<Move, { kind: 'cancel' | 'take' | 'repeat' }>): Promise<void> {
    const id = this.started[of]?.record.id ?? ''
    if (kind === 'cancel') await this.confirmations[0]?.cancel(id)
    else if ((await this.store.get(id))?.state !== 'waiting') await this.confirmations.at(-1)?.take(id)
  }

  #repeat(of: number): void {
    const again = this.sent.at(-1 - of)
    if (again) this.#hear(again)
  }

  /** All processes of one account get what is sent to its bare JID. */
  #hear(sent: Sent): void {
    this.sent.push(sent)
    for (const account of this.accounts) account.hears(sent.xml)
  }

  #message(move: Message): Sent {
    const from = SENDERS[move.from] ?? ''
    const request = this.started[move.of] ?? this.started[0]
    const text = textOf(move.text, request)
    const dialogOf = move.dialog === 'none' ? undefined : (this.started[move.ofDialog] ?? this.started[0])?.record
    const id = { own: `m${this.sent.length}`, 'of-question': request?.question, 'of-last': idOf(this.sent.at(-1)) }[
      move.id
    ]
    const body = text === '' ? '' : write({ name: 'body', attributes: {}, children: [text] })
    const error = `<error type='auth'><${move.error} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
    const xml =
      `<message xmlns='jabber:client' to='${BOT}'${from && ` from='${from}'`}${move.type && ` type='${move.type}'`} id='${id ?? ''}'>` +
      `${move.thread ? `<thread>${request?.question}</thread>` : ''}${body}${move.beside}` +
      `${dialogOf ? dialogXml(move.dialog, dialogOf) : ''}${move.type === 'error' ? error : ''}</message>`
    return { xml, from, type: move.type, text, dialog: move.dialog, dialogOf, beside: move.beside, turn: this.turn }
  }
}

function idOf(sent: Sent | undefined): string | undefined {
  return / id='([^']*)'/.exec(sent?.xml ?? '')?.[1]
}

function textOf(text: string, request: Started | undefined): string {
  const { number = '42', code = 'AAAA0000', id = 'x', nonce = 'x' } = request?.record ?? {}
  return text
    .replaceAll('{number}', number)
    .replaceAll('{code}', `${code.slice(0, 4)}-${code.slice(4)}`)
    .replaceAll('{wrong}', other(number))
    .replaceAll('{id}', id)
    .replaceAll('{nonce}', nonce)
    .replaceAll('{question}', request?.question ?? '')
}

function other(number: string): string {
  return number === '99' ? '98' : '99'
}

function dialogXml(kind: Message['dialog'], { number, nonce }: ConfirmRecord): string {
  const shown = kind === 'other-number' ? other(number) : number
  const url = {
    'other-nonce': 'https://app.example/login?r=AAAAAAAAAAAAAAAAAAAAAA',
    'no-nonce': 'https://app.example/login',
  }[kind as string]
  const id = kind === 'no-id' ? '' : ` id='${shown}'`
  const confirm = `<confirm xmlns='${HTTP_AUTH}'${id} method='POST' url='${url ?? `https://app.example/login?r=${nonce}`}'/>`
  return kind === 'twice' ? confirm + confirm : confirm
}

async function idle(): Promise<void> {
  await new Promise(setImmediate)
}

/**
 * Names the proof of a granted request among all messages, or returns `undefined`. The account is the one that was typed
 * and asked, or that sent the code; its answer is the number, the dialog to the letter, or the code where that is enough.
 */
function proofOf({ sent, code }: Scene, { jid, way }: ConfirmRecord, request: Started): string | undefined {
  const { record, typed } = request
  const own = sent.filter(
    ({ from, type, beside }) =>
      ACCOUNT_OF[from] === jid && BESIDE.includes(beside) && ['chat', 'normal', ''].includes(type),
  )
  const texts = own.flatMap(({ text, dialog, beside }) => (dialog === 'none' && beside === '' ? [text] : []))
  const sentCode = code !== false && texts.includes(`${record.code.slice(0, 4)}-${record.code.slice(4)}`)
  if (typed !== undefined && typed !== jid) return undefined
  if (!sentCode && !(typed === jid && record.isAnswerable)) return undefined
  if (way === 'code') return code === 'alone' && sentCode ? 'code' : undefined
  if (way === 'dialog') {
    const isRight = own.some(
      ({ dialog, dialogOf, turn }) => dialog === 'right' && dialogOf?.id === record.id && turn <= request.sharedIn,
    )
    return isRight && record.isDialog ? 'dialog' : undefined
  }
  const answers = [record.number, `it is ${record.number}`, `> 12 34\n${record.number}`]
  const isRight = texts.some(text => answers.includes(text))
  return isRight && way === 'number' ? 'number' : undefined
}

const rejections: unknown[] = []
const note = (reason: unknown) => rejections.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

test('a request is granted only by a right answer of its own account', async () => {
  const counts = { granted: 0, number: 0, dialog: 0, code: 0, denied: 0, waiting: 0 }
  await fc.assert(
    fc.asyncProperty(dialogues, async given => {
      const scene = new Scene(given)
      const granted = new Map<string, ConfirmRecord>()
      for (const turn of given.turns) {
        await scene.play(turn)
        for (const { record } of scene.started) {
          const now = await scene.store.get(record.id)
          if (now?.state === 'granted') granted.set(record.id, now)
          else if (now && granted.has(record.id)) throw new Error('a decision changed')
        }
      }
      for (const request of scene.started) {
        const record = granted.get(request.record.id)
        const last = record ?? (await scene.store.get(request.record.id))
        if (last?.state === 'denied') counts.denied++
        if (last?.state === 'waiting') counts.waiting++
        if (record === undefined) continue
        counts.granted++
        if (record.way) counts[record.way]++
        expect(proofOf(scene, record, request)).toBeDefined()
      }
      // Messages without a dialog hold no id, code or nonce.
      const secrets = scene.started.flatMap(({ record: { id, code, nonce } }) => [id, ...(code ? [code] : []), nonce])
      const told = scene.accounts.flatMap(account => account.told).filter(({ dialog }) => dialog === undefined)
      expect(secrets.filter(secret => told.some(({ xml }) => xml.includes(secret)))).toEqual([])
      expect(rejections.splice(0)).toEqual([])
      await Promise.all(scene.confirmations.map(confirmations => confirmations.close()))
    }),
    { numRuns: part(DIALOGUES), seed, timeout: 10_000, endOnFailure: false },
  )
  // Right answers are granted, by each way, and often: the rule above does not hold of nothing.
  expect(counts.granted).toBeGreaterThan(part(DIALOGUES) / 20)
  expect(counts.number).toBeGreaterThan(part(DIALOGUES) / 100)
  expect(counts.dialog).toBeGreaterThan(part(DIALOGUES) / 100)
  expect(counts.code).toBeGreaterThan(part(DIALOGUES) / 500)
  expect(counts.denied).toBeGreaterThan(part(DIALOGUES) / 50)
  expect(counts.waiting).toBeGreaterThan(part(DIALOGUES) / 20)
}, 1_500_000)

test(`the fuzzer tried ${tried(DIALOGUES, 'dialogues of confirmations')}`, () => {
  expect(part(DIALOGUES)).toBeGreaterThan(0)
})
