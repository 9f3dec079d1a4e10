import type { Agent, ClientRequest } from 'node:http'

/**
 * Returns true if the server had closed the kept connection before it read the request: the connection failed, was used
 * before, and not one byte of a reply arrived. Sending the same rid again is safe then (XEP-0124 §14.3).
 *
 * @param bytesReadBefore bytes the connection had read before this request
 */
export function isStaleSocket({ reusedSocket, socket }: ClientRequest, bytesReadBefore: number): boolean {
  return reusedSocket && socket?.bytesRead === bytesReadBefore
}

/** Closes the idle sockets of a pool. They are as old as the stale one, and would fail in the same way. */
export function closeIdleSockets(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of [...(sockets ?? [])]) socket.destroy()
}
