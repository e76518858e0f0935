# syntax=docker/dockerfile:1

# On the machine's own architecture, since what they make is the same for all but for the addon: nothing is emulated.
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
# The addon comes for every platform, and with SQLite's sources.
RUN npm ci --omit=dev --ignore-scripts && \
    cd node_modules/better-sqlite3 && rm -r deps src && \
    addon="linux-$(echo "$TARGETARCH" | sed s/amd64/x64/).node" && test -f "prebuilds/$addon" && \
    find prebuilds -type f ! -name "$addon" -delete
# Folders for the image, which runs nothing while it is built: the volume's, and one on PATH with the program's name.
RUN mkdir -p root/data root/bin && ln -s ../../../app/bin/stats-service.js root/bin/stats-service

FROM node:24-bookworm-slim AS service
ENV NODE_ENV=production STATS_HOST=0.0.0.0 STATS_DATABASE_URL=sqlite:/data/stats.db
WORKDIR /app
# A volume takes over the owner of the folder that it is mounted on.
COPY --from=dependencies --chown=1000:1000 /app/root/data /data
COPY --from=dependencies /app/root/bin /usr/local/bin
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY --from=build /app/dist dist
# As a number, so that an engine can see that it is not root.
USER 1000:1000
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
