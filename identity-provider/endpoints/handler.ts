import type { IncomingMessage } from 'node:http'
import type { NextFunction, RequestHandler } from 'express'
import type { KoaContextWithOIDC, Provider } from '../provider/oidc'

/** Acts after oidc-provider has answered, and before the answer is sent. */
export type Afterwards = (ctx: KoaContextWithOIDC) => Promise<void>

/**
 * Makes a handler of Express of the provider. Requests that the provider does not serve, and errors that it does not answer, go
 * on to the pages of the site.
 */
export function handlerOf(provider: Provider, afterwards: Afterwards): RequestHandler {
  const nexts = new WeakMap<IncomingMessage, NextFunction>()
  provider.use(async (ctx, next) => {
    const passOn = (reason?: unknown) => {
      ctx.respond = false
      nexts.get(ctx.req)?.(reason)
    }
    try {
      await next()
      if (ctx.status === 404 && ctx.body == null) return passOn()
      await afterwards(ctx as KoaContextWithOIDC)
    } catch (reason) {
      passOn(reason)
    }
  })
  const handle = provider.callback()
  return (req, res, next) => {
    nexts.set(req, next)
    void handle(req, res)
  }
}
