import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import { pinoHttp } from 'pino-http'

export type Log = Logger

/**
 * Writes one JSON object a line, so that a line break in a request cannot forge an entry. Operators read the log: never
 * write a password, a cookie or a token to it.
 */
export function createLog(destination: DestinationStream = process.stderr): Log {
  return pino(
    {
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: level => ({ level }) },
    },
    destination,
  )
}

/** Logs every request, and gives it the id that an error page shows. */
export function requestLog(log: Log): RequestHandler {
  return pinoHttp<IncomingMessage & { path?: string }>({
    logger: log,
    genReqId: () => randomUUID(),
    // Leaves out the query, which may hold input of the visitor, and the headers, which hold cookies.
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        path: url.replace(/\?.*$/s, ''),
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      err: () => undefined,
    },
    // The error page logs the reason of a failure.
    customLogLevel: () => 'info',
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
  })
}
