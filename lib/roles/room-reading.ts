import { XmppBoshError } from '../errors/error'
import { ASK_MS } from '../limits'
import type { Room } from '../options/role-options'
import type { Clock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { untilAborted } from '../time/wait'
import type { RoleAccount } from './role-account'
import { questionsOf } from './room-questions'
import { type RoomView, roomIn } from './room-view'

/**
 * Asks a room by the service account, and returns its answers. All four are answered, or the room could not be read.
 *
 * @param leaves called when the questions leave
 * @throws {XmppBoshError} ERR_XMPP_UNAVAILABLE or ERR_XMPP_TIMEOUT after 2 s, or the error of the account before that
 */
export async function readRoom(account: RoleAccount, room: Room, clock: Clock, leaves: () => void): Promise<RoomView> {
  let haveLeft = false
  const late = () =>
    haveLeft
      ? new XmppBoshError(
          'ERR_XMPP_TIMEOUT',
          `room ${room.jid} did not answer within ${ASK_MS} ms, or its answer is too large`,
        )
      : new XmppBoshError(
          'ERR_XMPP_UNAVAILABLE',
          `the service account is not online, so room ${room.jid} cannot be read`,
        )
  const signal = new TimeoutSignal(clock, ASK_MS, late)
  try {
    await untilAborted(account.ready(signal), signal)
    haveLeft = true
    leaves()
    const questions = questionsOf([room])
    // An account of the app's own may throw, or not look at the signal.
    const answers = questions.map(async ({ to = room.address, payload }) =>
      account.ask({ type: 'get', to, payload }, signal),
    )
    return roomIn(await untilAborted(Promise.all(answers), signal), room.jid)
  } catch (reason) {
    throw signal.aborted ? signal.reason : asOwn(reason, room)
  } finally {
    signal.release()
    // Gives up the other questions, if one failed.
    signal.abort()
  }
}

function asOwn(reason: unknown, { jid }: Room): XmppBoshError {
  if (XmppBoshError.is(reason)) return reason
  return new XmppBoshError('ERR_XMPP_UNAVAILABLE', `room ${jid} could not be read`, { cause: reason })
}
