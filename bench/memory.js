// Measures memory over the number of logins.
//
//   npm run bench:heap [-- --logins 50000]
//
// Runs the Authenticator and the floor on the mock, with right and wrong passwords. At several numbers of logins, the
// garbage is collected and the remaining memory is counted. npm run bench does the same, and measures peers on a server.
import { parseArgs } from 'node:util'
import { memoryOnMock } from './measure/memory-growth.js'
import { memoryTable } from './report/memory.js'

const { values } = parseArgs({ options: { logins: { type: 'string', default: '50000' } } })
const measured = await memoryOnMock({ logins: Number(values.logins), say: text => console.error(text) })
console.log(memoryTable(measured))
for (const { name, heapGrowth } of measured) {
  if (heapGrowth !== undefined) {
    console.log(`${name}: the heap grows by ${heapGrowth.toFixed(1)} bytes a login over the second half`)
  }
}
