// Runs one contestant in its own process, so that a failure or a leak does not reach the others. The argument describes
// the contestant and its server (measure/plan.js), in JSON. Each message is a command below and gets one answer. The
// process ends with its parent.
import diagnostics from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { turn } from '../measure/load.js'
import { quantile } from '../measure/statistics.js'

const RESOLUTION_MS = 10
/** ms for work in the background after the last login */
const SETTLE_MS = 100

const target = JSON.parse(process.argv[2])
const { default: create } = await import(`./${target.module}.js`)
const contestant = await create(target)
const take =
  contestant.turn ??
  (({ usernames, password, ...ends }) =>
    turn(nth => contestant.login(usernames[nth % usernames.length], password), ends))

const commands = {
  /** Takes a turn (measure/load.js) and measures its cost. */
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
      // An undelayed timer fires every RESOLUTION_MS.
      loopDelay: Math.max(0, loop.percentile(99) / 1e6 - RESOLUTION_MS),
    }
  },

  /** Counts the HTTP requests and new TCP connections of a number of logins. */
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

  /** Returns MiB after a garbage collection. */
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
