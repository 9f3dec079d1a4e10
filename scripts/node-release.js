#!/usr/bin/env node
/*
 * Prints the path of a Node.js of a release, which it fetches from npm once, into node_modules/.cache.
 *
 *   scripts/node-release.js RELEASE             such as 22: the newest version of the release
 *   scripts/node-release.js --or-newer VERSION  such as 22.12: the Node.js that runs this, if it is not older
 */
const { spawnSync } = require('node:child_process')
const { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const CACHE = join(__dirname, '..', 'node_modules', '.cache', 'node-releases')
/** Time to fetch 50 MB on a slow line, in ms */
const FETCH_TIMEOUT_MS = 600_000
const isWindows = process.platform === 'win32'
const BINARY = join('node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node')

module.exports = { nodeRelease, nodeOrNewer }

if (require.main === module) {
  const [first = '', second = ''] = process.argv.slice(2)
  const isOrNewer = first === '--or-newer'
  const version = isOrNewer ? second : first
  if (!/^\d+(?:\.\d+){0,2}$/.test(version)) fail('Usage: scripts/node-release.js [--or-newer] VERSION, such as 22')
  try {
    process.stdout.write(`${isOrNewer ? nodeOrNewer(version) : nodeRelease(version)}\n`)
  } catch (error) {
    fail(error.message)
  }
}

/** Returns the path of the running Node.js, unless it is older than `least`: then that of the newest one of that release. */
function nodeOrNewer(least) {
  return isOlder(process.versions.node, least)
    ? nodeRelease(least.split('.')[0], `${least} or later`)
    : process.execPath
}

/**
 * Returns the path of the newest Node.js of a release.
 *
 * @param wanted the versions that the caller can use, for the message
 * @throws {Error} its message says in one sentence that the release is missing, and how to get it
 */
function nodeRelease(release, wanted = release) {
  const place = join(CACHE, release)
  const path = join(place, BINARY)
  if (existsSync(path)) return path
  mkdirSync(CACHE, { recursive: true })
  // Complete before it gets its name: several programs may fetch it at once.
  const own = mkdtempSync(join(CACHE, `new-${release}-`))
  try {
    writeFileSync(join(own, 'package.json'), '{ "private": true }\n')
    process.stderr.write(`Fetching Node.js ${release} from npm ...\n`)
    const failure = fetchInto(own, release)
    if (failure !== undefined) {
      throw new Error(
        `Node.js ${wanted} is missing: this is ${process.versions.node}, and npm cannot fetch ${release} (${failure}), ` +
          `so install Node.js ${release} or try again with access to npm.`,
      )
    }
    moveTo(own, place)
    return path
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

/** Installs the package `node`. Returns the reason of a failure. */
function fetchInto(folder, release) {
  // The binary comes by an install script, which this project disables and `npm run` passes on.
  const options = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const { error, status, stderr } = spawnSync('npm', ['install', ...options, `node@${release}`], {
    cwd: folder,
    encoding: 'utf8',
    timeout: FETCH_TIMEOUT_MS,
    shell: isWindows,
  })
  if (status === 0 && existsSync(join(folder, BINARY))) return undefined
  return /(?:code|errno) (E\w+)/.exec(stderr ?? '')?.[1] ?? error?.code ?? `exit code ${status}`
}

/** Gives a folder its name. The folder of another program that was faster is as good. */
function moveTo(folder, place) {
  try {
    renameSync(folder, place)
  } catch (error) {
    if (!existsSync(join(place, BINARY))) throw error
  }
}

function isOlder(version, least) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
