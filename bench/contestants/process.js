// One contestant in a process of its own, so that one that fails or leaks is alone with it. Its argument is what it is and
// where its server is (measure/plan.js), in JSON; every message is a command below, answered by one. Ends with its parent.
import diagnostics from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { turn } from '../measure/load.js'
import { quantile } from '../measure/statistics.js'

const RESOLUTION_MS = 10
/** ms for what goes on in the background after the last login. */
const SETTLE_MS = 100

const target = JSON.parse(process.argv[2])
const { default: create } = await import(`./${target.module}.js`)
const contestant = await create(target)
const take =
  contestant.turn ??
  (({ usernames, password, ...ends }) =>
    turn(nth => contestant.login(usernames[nth % usernames.length], password), ends))

const commands = {
  /** A turn (measure/load.js), and what it cost. */
  async turn(ends) {
    const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    loop.enable()
    const cpu = process.cpuUsage()
    const { latencies, ...taken } = await take(ends)
    loop.disable()
    await delay(SETTLE_MS)
    const { user, system } = process.cpuUsage(cpu)
    const answered = latencies.length
    return {
      ...taken,
      cpu: answered > 0 ? (user + system) / 1000 / answered : undefined,
      perSecond: answered / (taken.elapsed / 1000),
      p50: answered > 0 ? quantile(latencies, 0.5) : undefined,
      p99: answered > 0 ? quantile(latencies, 0.99) : undefined,
      // A timer that fires every RESOLUTION_MS when nothing holds it up.
      loopDelay: Math.max(0, loop.percentile(99) / 1e6 - RESOLUTION_MS),
    }
  },

  /** HTTP requests and new TCP connections of so many logins. */
  async count(ends) {
    const counted = { requests: 0, connections: 0 }
    const request = () => counted.requests++
    for (const name of REQUESTS) diagnostics.subscribe(name, request)
    Socket.prototype.connect = function (...args) {
      counted.connections++
      return connect.apply(this, args)
    }
    const { failed } = await take(ends)
    await delay(SETTLE_MS)
    Socket.prototype.connect = connect
    for (const name of REQUESTS) diagnostics.unsubscribe(name, request)
    return { ...counted, failed }
  },

  /** MiB, garbage collected. */
  async memory() {
    await delay(SETTLE_MS)
    globalThis.gc()
    const { heapUsed, rss } = process.memoryUsage()
    return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 }
  },

  async close() {
    await contestant.close()
    return {}
  },
}
const REQUESTS = ['http.client.request.start', 'undici:request:create']
const { connect } = Socket.prototype

process.on('message', async ([command, argument]) => process.send(await commands[command](argument)))
process.on('disconnect', () => process.exit())
process.send({})
