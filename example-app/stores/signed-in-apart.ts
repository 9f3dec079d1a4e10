import { type SessionData, Store } from 'express-session'

type Done = (failed?: unknown) => void

/** The methods that the two stores beneath must have. */
export type PlainStore = Required<Pick<Store, 'get' | 'set' | 'touch' | 'destroy' | 'all' | 'clear'>>

/** Keeps signed-in sessions in a store of their own, so that a crowd at the login page cannot push them out. */
export class SignedInApartStore extends Store {
  readonly #signedIn: PlainStore
  readonly #others: PlainStore

  constructor(signedIn: PlainStore, others: PlainStore) {
    super()
    this.#signedIn = signedIn
    this.#others = others
  }

  override get(sid: string, done: (failed: unknown, session?: SessionData | null) => void): void {
    this.#signedIn.get(sid, (failed, session) => {
      if (failed || session) done(failed, session)
      else this.#others.get(sid, done)
    })
  }

  override set(sid: string, session: SessionData, done: Done = () => {}): void {
    const [place, other] = session.login ? [this.#signedIn, this.#others] : [this.#others, this.#signedIn]
    place.set(sid, session, failed => (failed ? done(failed) : other.destroy(sid, done)))
  }

  override touch(sid: string, session: SessionData, done: () => void = () => {}): void {
    const place = session.login ? this.#signedIn : this.#others
    place.touch(sid, session, done)
  }

  override destroy(sid: string, done: Done = () => {}): void {
    this.#signedIn.destroy(sid, failed => (failed ? done(failed) : this.#others.destroy(sid, done)))
  }

  override clear(done: Done = () => {}): void {
    this.#signedIn.clear(failed => (failed ? done(failed) : this.#others.clear(done)))
  }

  override all(done: (failed: unknown, sessions?: { [sid: string]: SessionData } | null) => void): void {
    this.#signedIn.all((failed, signedIn) => {
      if (failed) return done(failed)
      this.#others.all((alsoFailed, others) => done(alsoFailed, { ...objectOf(others), ...objectOf(signedIn) }))
    })
  }
}

function objectOf(sessions: unknown): { [sid: string]: SessionData } {
  return (sessions ?? {}) as { [sid: string]: SessionData }
}
