import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { ConsoleSpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

// For a real app: an exporter that sends the spans to your collector, in a BatchSpanProcessor.
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }).register()

const tracer = trace.getTracer('passport-xmpp-bosh')
const contexts = new AsyncLocalStorage()
const spans = new WeakMap()

for (const name of ['login', 'registration', 'connection']) {
  const channel = tracingChannel(`passport-xmpp-bosh:${name}`)
  // What the operation does runs in the returned context, so that the connection is a child of the login.
  channel.start.bindStore(contexts, message => {
    const parent = contexts.getStore() ?? context.active()
    const attributes = { 'xmpp.domain': message.domain }
    const span = tracer.startSpan(`xmpp ${message.operation ?? name}`, { kind: SpanKind.CLIENT, attributes }, parent)
    spans.set(message, span)
    return trace.setSpan(parent, span)
  })
  channel.asyncEnd.subscribe(message => {
    const { code, service, mechanism, jid, status, error } = message
    const span = spans.get(message)
    span?.setAttributes({ 'xmpp.code': code, 'xmpp.service': service, 'xmpp.mechanism': mechanism, 'enduser.id': jid })
    // A wrong password is an answer, and not an error of the service.
    if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    span?.end()
  })
}
