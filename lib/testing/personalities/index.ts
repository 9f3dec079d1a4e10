import { EJABBERD } from './ejabberd'
import type { Personality } from './habits'
import { METRONOME } from './metronome'
import { MONGOOSEIM } from './mongooseim'
import { OPENFIRE } from './openfire'
import { PROSODY } from './prosody'
import { TIGASE } from './tigase'

/**
 * Names of the real servers that the test server imitates, for tests that run on each of them.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { PERSONALITY_NAMES, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * for (const personality of PERSONALITY_NAMES) {
 *   const xmpp = await startBoshServer({ domain: 'localhost', personality })
 *   assert.deepEqual(xmpp.sessions, [])
 *   await xmpp.close()
 * }
 * ```
 */
export const PERSONALITY_NAMES = ['ejabberd', 'prosody', 'openfire', 'tigase', 'mongooseim', 'metronome'] as const

/**
 * A real server that the test server imitates.
 *
 * @useDeclaredType
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { type PersonalityName, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const personality: PersonalityName = 'prosody'
 * const xmpp = await startBoshServer({ domain: 'localhost', personality })
 *
 * assert.ok(xmpp.url.endsWith('/http-bind'))
 * await xmpp.close()
 * ```
 */
export type PersonalityName = (typeof PERSONALITY_NAMES)[number]

/** The habits of each server. */
export const PERSONALITIES: Readonly<Record<PersonalityName, Personality>> = {
  ejabberd: EJABBERD,
  prosody: PROSODY,
  openfire: OPENFIRE,
  tigase: TIGASE,
  mongooseim: MONGOOSEIM,
  metronome: METRONOME,
}
