// Does memory grow with the number of logins? Usage: npm run bench:heap [-- LOGINS [SERVICE]]
// LOGINS through one Authenticator, 50 at a time, every third with a wrong password; after every tenth of them the
// garbage is collected and counted. SERVICE: a real server that serves localhost and has user1 with password user1.
const { fork } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { Authenticator } = require('../dist/index.js')

const [logins = 20_000, service] = process.argv.slice(2)
const WIDTH = 50
const LINES = 10

async function main() {
  const child = service ? undefined : fork(join(__dirname, 'server.cjs'))
  const url = service ?? (await once(child, 'message'))[0]
  const authenticator = new Authenticator({ service: url, domain: 'localhost', failureDelay: 0 })
  const counts = { right: 0, wrong: 0 }
  let nth = 0
  const logIn = async until => {
    while (nth < until) {
      const isRight = nth++ % 3 > 0
      const password = isRight ? 'user1' : 'wrong'
      await authenticator.authenticate({ username: 'user1', password }).then(
        () => counts.right++,
        ({ code }) => {
          if (isRight || code !== 'invalid-credentials') throw new Error(`login ${nth}: ${code}`)
          counts.wrong++
        },
      )
    }
  }
  const measured = []
  console.log(`Node ${process.version}, ${logins} logins, ${WIDTH} at a time\n`)
  console.log('| logins | heap used, MiB | RSS, MiB |\n|---:|---:|---:|')
  for (let line = 1; line <= LINES; line++) {
    await Promise.all(Array.from({ length: WIDTH }, () => logIn((logins * line) / LINES)))
    // The terminates of the last ones.
    await new Promise(resolve => setTimeout(resolve, 200))
    global.gc()
    const { heapUsed, rss } = process.memoryUsage()
    measured.push({ nth, heapUsed })
    console.log(`| ${nth} | ${mebibytes(heapUsed)} | ${mebibytes(rss)} |`)
  }
  await authenticator.close()
  child?.disconnect()
  console.log(`\n${counts.right} let in, ${counts.wrong} refused`)
  console.log(`growth over the second half: ${slope(measured.slice(LINES / 2)).toFixed(1)} bytes per login`)
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(2)
}

// least squares
function slope(points) {
  const mean = of => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(({ nth }) => nth), mean(({ heapUsed }) => heapUsed)]
  const over = points.reduce((sum, { nth, heapUsed }) => sum + (nth - x) * (heapUsed - y), 0)
  return over / points.reduce((sum, { nth }) => sum + (nth - x) ** 2, 0)
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
