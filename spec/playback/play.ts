import './nonce' // before the library, which takes the nonce from it
import { Authenticator, type Mechanism, Registration, XmppBoshError } from '../../lib'
import { type Exchange, readDialogue, type Server } from '../fixtures/dialogues/dialogue'
import { Player, type Received, type Spoil } from './player'
import { readRequest, typedIn } from './requests'

/** Call of the library that a recorded dialogue answers. */
export type Call = 'login' | 'form' | 'sign-up' | 'change' | 'remove'

/** Names of the recorded dialogues, one after the other, and what the library is asked. */
export interface Play {
  readonly server: Server
  readonly dialogues: readonly string[]
  /** index of the session within the dialogues with which to begin */
  readonly from?: number
  /** indexes of the exchanges to play, if not all in their order */
  readonly only?: readonly number[]
  readonly call?: Call
  /** replaces what the recorded client typed, and tells the password behind a recorded SCRAM proof */
  readonly typed?: { readonly username?: string; readonly password?: string; readonly domain?: string }
  /** replaces the fields of a recorded sign-up */
  readonly fields?: Readonly<Record<string, string>>
  readonly mechanisms?: readonly Mechanism[]
  readonly bind?: boolean
  readonly timeout?: number
  /** address of the visitor */
  readonly clientIp?: string
}

/** Result of a call in words, or the error with which it ended. */
export interface Outcome {
  /** `user@domain by MECHANISM`, `user@domain`, `done`, `asks for FIELDS`, or the code of the error */
  readonly words: string
  readonly error?: XmppBoshError
}

export interface Played {
  readonly outcome: Outcome
  readonly received: readonly Received[]
  /** requests and replies before the call settled: those of the background end are left out */
  readonly settledAfter: number
  readonly ms: number
}

/** Returns the exchanges of the dialogues, from the given session on. */
export function exchangesOf({ server, dialogues, from = 0, only }: Play): Exchange[] {
  const exchanges = dialogues.flatMap(name => readDialogue(server, name).exchanges)
  if (only) return only.flatMap(index => exchanges[index] ?? [])
  let sessions = -1
  return exchanges.filter(({ request }) => {
    if (readRequest(request.body).kind === 'creation') sessions++
    return sessions >= from
  })
}

/** Plays recorded dialogues to the library. */
export async function play(given: Play, spoil?: Spoil): Promise<Played> {
  const exchanges = exchangesOf(given)
  const player = await Player.start(exchanges, spoil)
  try {
    const started = performance.now()
    const { outcome, close } = callOf(given, exchanges, player.url)
    const settled = await outcome
    const [ms, settledAfter] = [performance.now() - started, player.received.length]
    await close()
    return { outcome: settled, received: player.received, settledAfter, ms }
  } finally {
    await player.close()
  }
}

/** Returns what the recorded client typed; for SCRAM, the password by the rule of the fixtures' README. */
export function inputOf({ server, typed }: Play, exchanges: readonly Exchange[]) {
  const seen = typedIn(exchanges.map(({ request }) => request.body))
  const username = typed?.username ?? seen.username ?? 'user1'
  return {
    domain: typed?.domain ?? seen.domain ?? 'localhost',
    username,
    password: typed?.password ?? seen.password ?? (server === 'tigase' ? `${username}-Secret` : username),
    mechanism: seen.mechanism as Mechanism | undefined,
    fields: seen.fields,
  }
}

interface Begun {
  readonly outcome: Promise<Outcome>
  readonly close: () => Promise<void>
}

function callOf(given: Play, exchanges: readonly Exchange[], service: string): Begun {
  const { domain, username, password, mechanism, fields } = inputOf(given, exchanges)
  const { call = 'login', bind = true, timeout = 5000, clientIp } = given
  const mechanisms = given.mechanisms ?? (mechanism && [mechanism])
  const options = { service, domain, failureDelay: 0, timeout, ...(mechanisms && { mechanisms }) }
  const credentials = { username, password }
  const context = clientIp === undefined ? {} : { clientIp }
  if (call === 'login') {
    const authenticator = new Authenticator({ ...options, bind })
    const login = authenticator.authenticate(credentials, context)
    const words = login.then(({ jid, mechanism: by }) => `${jid} by ${by}`)
    return { outcome: outcomeOf(words), close: () => authenticator.close() }
  }
  const registration = new Registration(options)
  const values = { ...fields, ...given.fields }
  const words = register(registration, call, { credentials, values, context })
  return { outcome: outcomeOf(words), close: () => registration.close() }
}

interface Input {
  readonly credentials: { readonly username: string; readonly password: string }
  readonly values: Readonly<Record<string, string>>
  readonly context: { readonly clientIp?: string }
}

async function register(
  registration: Registration,
  call: Exclude<Call, 'login'>,
  { credentials, values, context }: Input,
): Promise<string> {
  if (call === 'change') await registration.changePassword(credentials, values['password'] ?? '', context)
  else if (call === 'remove') await registration.remove(credentials, context)
  else {
    const { fields, state } = await registration.form(context)
    if (call === 'sign-up') return registration.submit(state, values, context)
    return `asks for ${fields.map(({ name }) => name).join(', ')}`
  }
  return 'done'
}

async function outcomeOf(call: Promise<string>): Promise<Outcome> {
  try {
    return { words: await call }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return { words: error.code, error }
  }
}
