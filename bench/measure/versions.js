import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import createFloor from '../contestants/floor.js'
import * as thisVersion from '../dist/index.js'
import { DOMAIN, PASSWORD, USERS } from '../servers/instance.js'
import { VARIANTS } from '../targets/against-floor.js'
import { comparisonOf } from '../targets/versions.js'
import { atATime, balanced, interleaved } from './interleave.js'
import { loginCost } from './login-cost.js'

/**
 * Measures this version of the library, another one and the floor in turns, in one process, each of them twice. All log
 * in equally often: a version that ran twice as often came out cheaper with the same code.
 *
 * @param {object} options
 * @param {string} options.folder a checkout of the other version with its dist built
 * @param {object} options.mock child process of mock/process.js
 */
export async function compareVersions({ folder, mock, rounds, warmups, logins, concurrency, progress }) {
  const bosh = `http://127.0.0.1:${mock.ready.port}/bosh`
  const otherVersion = load(folder)
  const closing = []
  const floorFor = variant => {
    const floor = createFloor({ bosh, ...variant })
    closing.push(() => floor.close())
    return () => floor.login(USERS[0], PASSWORD)
  }
  const authenticatorFor = ({ Authenticator }, { mechanism, bind }) => {
    const authenticator = new Authenticator({ service: bosh, domain: DOMAIN, mechanisms: [mechanism], bind })
    closing.push(() => authenticator.close())
    return () => authenticator.authenticate({ username: USERS[0], password: PASSWORD })
  }
  const samples = {}
  try {
    for (const [name, variant] of Object.entries(VARIANTS)) {
      const logIns = {
        [`floor: ${name}`]: floorFor(variant),
        [`this: ${name}`]: authenticatorFor(thisVersion, variant),
        [`other: ${name}`]: authenticatorFor(otherVersion, variant),
        [`floor, again: ${name}`]: floorFor(variant),
        [`this, again: ${name}`]: authenticatorFor(thisVersion, variant),
        [`other, again: ${name}`]: authenticatorFor(otherVersion, variant),
      }
      const measure = contestant =>
        loginCost(mock, (number, width) => atATime(number, width, logIns[contestant]), { logins, concurrency })
      Object.assign(
        samples,
        await interleaved({ names: Object.keys(logIns), rounds, warmups, measure, order: balanced, progress }),
      )
    }
    return { folder, rounds, logins, concurrency, ...comparisonOf(samples) }
  } finally {
    for (const close of closing) await close()
  }
}

/** Loads the library of another checkout. A relative folder starts where npm was called. */
function load(folder) {
  const entry = join(resolve(process.env.INIT_CWD ?? '.', folder), 'dist/index.js')
  if (!existsSync(entry)) throw new Error(`--against: ${entry} is missing; run "npm run build" in that checkout`)
  return createRequire(import.meta.url)(entry)
}
