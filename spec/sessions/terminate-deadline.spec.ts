import { TERMINATE_TIMEOUT_MS } from '../../lib/limits'
import { TerminateDeadline } from '../../lib/sessions/terminate-deadline'
import { handClock } from '../fixtures/clock'

const MAX_WAIT_MS = 15_000

describe('the deadline of a terminate', () => {
  let clock = handClock()
  let deadline = new TerminateDeadline(clock, MAX_WAIT_MS)
  beforeEach(() => {
    clock = handClock()
    deadline = new TerminateDeadline(clock, MAX_WAIT_MS)
  })
  const endsIn = (ms: number) => {
    clock.advance(ms - 1)
    expect(deadline.aborted).toBe(false)
    clock.advance(1)
    expect(deadline.reason).toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  }

  test('comes after the longest wait when the request gets no socket', () => {
    endsIn(MAX_WAIT_MS)
  })

  test('comes 2 s after the request got a socket, however long it waited for it', () => {
    clock.advance(MAX_WAIT_MS - 1)
    deadline.onSocket(true)
    endsIn(TERMINATE_TIMEOUT_MS)
  })

  test('comes after the rest of the wait when the request lost its socket', () => {
    clock.advance(10_000)
    deadline.onSocket(true)
    clock.advance(1000)
    deadline.onSocket(false)
    endsIn(4000)
  })

  test('comes 2 s after the last of several sockets', () => {
    deadline.onSocket(true)
    clock.advance(1500)
    deadline.onSocket(false)
    deadline.onSocket(true)
    endsIn(TERMINATE_TIMEOUT_MS)
  })

  test('comes at once when the request lost its socket after the longest wait', () => {
    clock.advance(MAX_WAIT_MS - 1)
    deadline.onSocket(true)
    clock.advance(1000)
    deadline.onSocket(false)
    clock.advance(0)
    expect(deadline.aborted).toBe(true)
  })

  test('leaves no timer when it is released', () => {
    deadline.onSocket(true)
    deadline.release()
    expect(clock.waiting).toEqual([])
  })
})
