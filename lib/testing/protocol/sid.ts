import { randomBytes, randomUUID } from 'node:crypto'
import type { SessionHabits } from '../personalities/habits'

const SID_BYTES = 20
const SHORT_SID = 10
const SIDS = {
  uuid: () => randomUUID(),
  hex: () => randomBytes(SID_BYTES).toString('hex'),
  short: () =>
    BigInt(`0x${randomBytes(SID_BYTES).toString('hex')}`)
      .toString(36)
      .slice(-SHORT_SID),
}

/** Makes the id of a session. */
export function newSid(form: SessionHabits['sid']): string {
  return SIDS[form]()
}
