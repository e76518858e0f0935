# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json build.js ./
COPY migrations migrations
COPY src src
RUN npm run build && find dist -name '*.d.ts' -delete

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The addon comes for every platform, and with SQLite's sources.
RUN npm ci --omit=dev --ignore-scripts && \
    cd node_modules/better-sqlite3 && rm -r deps src && \
    find prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete

FROM node:24-bookworm-slim AS service
ENV NODE_ENV=production STATS_HOST=0.0.0.0 STATS_DATABASE_URL=sqlite:/data/stats.db
WORKDIR /app
# A volume takes over the owner of the folder that it is mounted on.
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY --from=build /app/dist dist
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.STATS_PORT || 8080}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process: npm would not pass signals on.
ENTRYPOINT ["node", "bin/stats-service.js"]
CMD ["serve"]

# With the certificates that databases of AWS are signed with.
FROM service AS aws
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/rds-global-bundle.pem

FROM service
