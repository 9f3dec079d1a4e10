import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import createFloor from '../contestants/floor.js'
import * as thisVersion from '../dist/index.js'
import { DOMAIN, PASSWORD, USERS } from '../servers/instance.js'
import { VARIANTS } from '../targets/against-floor.js'
import { comparisonOf } from '../targets/versions.js'
import { atATime, interleaved } from './interleave.js'
import { loginCost } from './login-cost.js'

/**
 * Measures this version of the library and another one in turns, in one process, with the floor and with this version a
 * second time. Both versions log in on the same mock.
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
  const logIns = {}
  for (const [name, variant] of Object.entries(VARIANTS)) {
    logIns[`floor: ${name}`] = floorFor(variant)
    logIns[`this: ${name}`] = authenticatorFor(thisVersion, variant)
    logIns[`other: ${name}`] = authenticatorFor(otherVersion, variant)
    logIns[`this, again: ${name}`] = authenticatorFor(thisVersion, variant)
  }
  try {
    const samples = await interleaved({
      names: Object.keys(logIns),
      rounds,
      warmups,
      measure: name =>
        loginCost(mock, (number, width) => atATime(number, width, logIns[name]), { logins, concurrency }),
      progress,
    })
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
