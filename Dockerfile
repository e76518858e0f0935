# syntax=docker/dockerfile:1

# The build stages run natively: only the addon differs between platforms.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json build.js ./
COPY migrations migrations
COPY src src
RUN npm run build && find dist -name '*.d.ts' -delete

FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS dependencies
ARG TARGETARCH
WORKDIR /app
COPY package.json package-lock.json ./
# better-sqlite3 ships addons for every platform and the sources of SQLite; the image needs one addon.
RUN npm ci --omit=dev --ignore-scripts && \
    cd node_modules/better-sqlite3 && rm -r deps src && \
    addon="linux-$(echo "$TARGETARCH" | sed s/amd64/x64/).node" && test -f "prebuilds/$addon" && \
    find prebuilds -type f ! -name "$addon" -delete
# Created here, because the final stage may be for another platform and then cannot run commands.
RUN mkdir -p root/data root/bin && ln -s ../../../app/bin/stats-service.js root/bin/stats-service

FROM node:24-bookworm-slim AS service
ENV NODE_ENV=production STATS_HOST=0.0.0.0 STATS_DATABASE_URL=sqlite:/data/stats.db
# The networks of Docker. X-User-Id from other addresses is refused. Narrow it to the gateway, or set STATS_AUTH=token.
ENV STATS_TRUSTED_PROXIES=172.16.0.0/12
WORKDIR /app
# A new volume inherits the owner of the directory that it is mounted on.
COPY --from=dependencies --chown=1000:1000 /app/root/data /data
COPY --from=dependencies /app/root/bin /usr/local/bin
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY --from=build /app/dist dist
# A number, so that Kubernetes can verify `runAsNonRoot`.
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.STATS_PORT || 8080}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node must be PID 1: npm does not forward signals.
ENTRYPOINT ["node", "bin/stats-service.js"]
CMD ["serve"]

# The image for AWS contains the certificate authorities of RDS.
FROM service AS aws
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/rds-global-bundle.pem

FROM service
