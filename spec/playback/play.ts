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

function callOf(given: Play, exchanges: readonly Exchange[], service: string) {
  const { domain, username, password, mechanism, fields } = inputOf(given, exchanges)
  const mechanisms = given.mechanisms ?? (mechanism && [mechanism])
  const options = {
    service,
    domain,
    failureDelay: 0,
    timeout: given.timeout ?? 5000,
    ...(mechanisms && { mechanisms }),
  }
  const credentials = { username, password }
  if ((given.call ?? 'login') === 'login') {
    const authenticator = new Authenticator({ ...options, bind: given.bind ?? true })
    const login = authenticator.authenticate(credentials).then(({ jid, mechanism }) => `${jid} by ${mechanism}`)
    return { outcome: outcomeOf(login), close: () => authenticator.close() }
  }
  const registration = new Registration(options)
  const calls: Readonly<Record<string, () => Promise<string>>> = {
    form: async () => `asks for ${(await registration.form()).fields.map(({ name }) => name).join(', ')}`,
    'sign-up': async () => {
      const { state } = await registration.form()
      return registration.submit(state, { ...fields, ...given.fields })
    },
    change: async () => {
      await registration.changePassword(credentials, given.fields?.['password'] ?? fields['password'] ?? '')
      return 'done'
    },
    remove: async () => {
      await registration.remove(credentials)
      return 'done'
    },
  }
  const call = calls[given.call ?? ''] ?? (() => Promise.reject(new Error('no such call')))
  return { outcome: outcomeOf(call()), close: () => registration.close() }
}

async function outcomeOf(call: Promise<string>): Promise<Outcome> {
  try {
    return { words: await call }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return { words: error.code, error }
  }
}
