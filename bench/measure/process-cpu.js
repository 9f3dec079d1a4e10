import { readFileSync } from 'node:fs'

// USER_HZ, 100 on every Linux there is.
const MS_PER_TICK = 10

/** ms of processor time the process `pid` took so far, all threads. Linux only. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // proc(5): utime and stime are fields 14 and 15; the name in field 2 may have spaces in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}
