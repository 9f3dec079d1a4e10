# Debian's Caddy with ./Caddyfile, which terminates TLS for compose.provider.yaml. Certificates are in /data.
ARG DEBIAN_IMAGE=debian:forky-slim
FROM ${DEBIAN_IMAGE}

RUN groupadd --system --gid 9001 proxy-tls \
  && useradd --system --uid 9001 --gid 9001 --home-dir /data --no-create-home --shell /usr/sbin/nologin proxy-tls

# policy-rc.d: keeps the package's service from starting.
RUN printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d \
  && chmod 755 /usr/sbin/policy-rc.d \
  && apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get upgrade --yes \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates caddy \
  && rm -rf /var/lib/apt/lists/*

COPY daemon.bash /opt/ejabberd/
COPY Caddyfile /etc/caddy/Caddyfile
RUN install -d -o proxy-tls -g proxy-tls -m 700 /data

ENV HOME=/data
USER 9001:9001
VOLUME /data
EXPOSE 8080 8443
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["bash", "-c", ". /opt/ejabberd/daemon.bash && [ -n \"$(http_status 8080 /)\" ]"]
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile"]
