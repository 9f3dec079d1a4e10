# The identity provider. Its context is the root of this repository. compose.provider.yaml runs it beside ejabberd. Alone, it
# needs an XMPP server, a Redis and a proxy that terminates TLS elsewhere: docs/identity-provider/operating.md.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE} AS manifests
WORKDIR /provider
COPY package.json package-lock.json .npmrc ./
COPY login-site/package.json login-site/
COPY identity-provider/package.json identity-provider/

# npm ci runs again only when the manifests change. It leaves out the packages of a workspace whose manifest is not there.
FROM manifests AS modules
RUN npm ci --omit=dev

FROM manifests AS build
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY lib lib
COPY login-site login-site
COPY identity-provider identity-provider
RUN node scripts/build.js identity-provider \
  && rm -rf login-site/node_modules identity-provider/node_modules

FROM ${NODE_IMAGE}
WORKDIR /provider
ENV NODE_ENV=production HOST=0.0.0.0 PORT=5010 OIDC_CLIENTS=/etc/identity-provider/clients.json OIDC_KEYS=/data/keys.json
COPY ejabberd/daemon.bash /opt/ejabberd/
COPY --from=modules /provider ./
COPY --from=build /provider/dist dist
COPY --from=build /provider/login-site login-site
COPY --from=build /provider/identity-provider identity-provider
# The first start makes the keys there.
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 5010
# bash opens the connection: a Node process for each check would take a twentieth of a processor.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["bash", "-c", ". /opt/ejabberd/daemon.bash && [ \"$(http_status \"$PORT\" /readyz)\" = 200 ]"]
CMD ["node", "identity-provider/dist/server.js"]
