import { featuresIn } from '../../bosh/reply'
import { BoshSession } from '../../bosh/session'
import type { Connection, Transport } from '../../bosh/transport'
import { XmppBoshError } from '../../errors/error'
import { AnySignal, TimeoutSignal } from '../../time/combined-signals'
import { type Signal, throwIfAborted } from '../../time/light-signal'
import { pause } from '../../time/wait'
import { adviceFor } from '../advice'
import type { CheckContext } from '../check-context'
import { type Finding, ok, skipped, wrong } from '../finding'
import { CLOSING_MS, RELEASE_MS, SENDING_MS, SESSION_MS } from '../limits'
import type { Software } from '../software'

const CUT =
  'Logins at once will fail. Some servers close every connection that a session used, when it ends. A proxy in between that keeps its connections to the server uses them for all sessions: switch this off (nginx: `proxy_set_header Connection close;`; HAProxy: `http-reuse never`; Caddy: `keepalive off`). An `agent` of the app must not share sockets either.'

/**
 * Checks that the end of one session leaves another alone, while an empty request of the other one waits at the server.
 * Each session first has a connection of its own, as logins have. Then both use one, as a proxy or another client could.
 * The check sends no credentials. It takes less than a second, and at most {@link SESSION_MS}.
 */
export async function twoSessionsFinding(context: CheckContext, software: Software): Promise<Finding> {
  const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `the server did not answer within ${SESSION_MS} ms`)
  const bound = new TimeoutSignal(context.clock, SESSION_MS, late, context.signal)
  try {
    const own = await endOne(context, false, bound)
    if (own === 'cut') return wrong('two-sessions', 'the end of one session cuts another one off', CUT)
    if (own === 'unseen') return skipped('two-sessions', 'the server lets no request wait, so nothing can be seen')
    return ok('two-sessions', `the end of one leaves the other alone${await sharedText(context, bound)}`)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return wrong('two-sessions', `two sessions at once fail: ${error.message}`, adviceFor(error, software).advice)
  } finally {
    bound.release()
  }
}

/** Says what happens to sessions on one connection. Logins never share one, so this is no fault. */
async function sharedText(context: CheckContext, bound: Signal): Promise<string> {
  try {
    const shared = await endOne(context, true, bound)
    if (shared === 'left') return ', also on one connection'
    if (shared === 'unseen') return ''
    return '. The server closes connections that both used: logins have one each, and a proxy in front must not share them'
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return ''
  }
}

/** Opens two sessions, ends the first, and returns the effect on a request of the second that waits meanwhile. */
async function endOne(context: CheckContext, isShared: boolean, bound: Signal): Promise<'left' | 'cut' | 'unseen'> {
  const { transport, target, clock } = context
  const connect = () => transport.connect(target.url)
  const [own, kept, spare] = [connect(), connect(), connect()]
  const [firstRoute, secondRoute]: [Route, Route] = [{ via: isShared ? kept : own }, { via: kept }]
  const opened: BoshSession[] = []
  const polling = new AnySignal(bound)
  try {
    const first = await open(firstRoute, context, opened, bound)
    const second = await open(secondRoute, context, opened, bound)
    const { repeats } = kept
    const request = pollOf(second, polling)
    await pause(clock, SENDING_MS, bound)
    if (request.state() !== 'waits') return 'unseen'
    firstRoute.via = own
    await hasEnded(first, bound)
    await pause(clock, CLOSING_MS, bound)
    const isCut = request.state() !== 'waits' || kept.repeats > repeats
    // The end of a session releases its request, which still uses the connection.
    secondRoute.via = spare
    const isLeft = await hasEnded(second, bound)
    await Promise.race([request.settled, pause(clock, RELEASE_MS, bound)])
    throwIfAborted(bound)
    return isCut || !isLeft || request.state() === 'failed' ? 'cut' : 'left'
  } finally {
    for (const session of opened) await hasEnded(session, bound)
    polling.abort()
    polling.release()
    for (const connection of [own, kept, spare]) connection.release()
  }
}

/** The connection that carries the requests of a session from now on. */
interface Route {
  via: Connection
}

/** Opens a session, puts it into `opened` and waits for its features. */
async function open(
  route: Route,
  { clock, target }: CheckContext,
  opened: BoshSession[],
  bound: Signal,
): Promise<BoshSession> {
  const connection: Connection = {
    get repeats() {
      return route.via.repeats
    },
    post: (body, options) => route.via.post(body, options),
    release() {},
  }
  const transport: Transport = { connect: () => connection, close() {} }
  const { url, settings } = target
  const { session, body } = await BoshSession.create({ transport, clock, url, domain: settings.domain }, bound)
  opened.push(session)
  await session.answer(session.accept(body), featuresIn, bound)
  return session
}

/** Empty request of a session. */
interface Poll {
  state(): 'waits' | 'answered' | 'failed'
  /** resolves when the state is no longer `waits`; never rejects */
  readonly settled: Promise<void>
}

function pollOf(session: BoshSession, signal: Signal): Poll {
  let state: ReturnType<Poll['state']> = 'waits'
  const settled = session
    .ask([], () => true, signal)
    .then(
      () => {
        state = 'answered'
      },
      () => {
        state = 'failed'
      },
    )
  return { state: () => state, settled }
}

/** Ends a session, once. Returns false if the server did not answer. */
async function hasEnded(session: BoshSession, bound: Signal): Promise<boolean> {
  try {
    await session.terminate(bound)
    return true
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return false
  }
}
