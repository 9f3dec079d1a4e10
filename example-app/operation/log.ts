import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import { pinoHttp } from 'pino-http'

export type Log = Logger

/**
 * One JSON object a line: a line break in what a visitor sent cannot forge an entry. What goes in here is read by
 * operators: never a password, a cookie or a token.
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
    // Not the query: it may hold what somebody typed. Not the headers: they hold cookies.
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        path: url.replace(/\?.*$/s, ''),
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      err: () => undefined,
    },
    // Of what failed, the error page logs the reason.
    customLogLevel: () => 'info',
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
  })
}
