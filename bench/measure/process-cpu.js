import { readFileSync } from 'node:fs'

// USER_HZ is 100 on every Linux.
const MS_PER_TICK = 10

/** Returns ms of CPU of all threads of the process `pid` so far. Linux only. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}
