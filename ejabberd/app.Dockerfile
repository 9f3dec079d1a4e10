# The example app, built from this repository. See compose.yaml.
FROM node:24-slim AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build:app && npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
ENV HOST=0.0.0.0
COPY --from=build /app ./
USER node
EXPOSE 5005
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:5005/login').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "example-app/dist/server.js"]
