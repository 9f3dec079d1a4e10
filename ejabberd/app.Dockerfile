# The example app. Its context is the root of this repository. compose.yaml runs it beside ejabberd. Alone, it needs an XMPP
# server elsewhere: ejabberd/README.md shows the command.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY login-site/package.json login-site/
COPY example-app/package.json example-app/

# npm ci runs again only when the manifests change. It leaves out the packages of a workspace whose manifest is not there.
FROM manifests AS modules
RUN npm ci --omit=dev

FROM manifests AS build
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY lib lib
COPY login-site login-site
COPY example-app example-app
RUN node scripts/build.js example-app

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=5005
COPY ejabberd/daemon.bash /opt/ejabberd/
COPY --from=modules /app ./
COPY --from=build /app/dist dist
COPY --from=build /app/login-site login-site
COPY --from=build /app/example-app example-app
USER node
EXPOSE 5005
# bash opens the connection: a Node process for each check would take a twentieth of a processor.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["bash", "-c", ". /opt/ejabberd/daemon.bash && [ \"$(http_status \"$PORT\" /readyz)\" = 200 ]"]
CMD ["node", "example-app/dist/server.js"]
