# syntax=docker/dockerfile:1
# glibc, not Alpine: the gateway's binary needs it. The Node version is the one that scripts/setup pins.
FROM node:22.23.3-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Our packages bring their binaries along, so no install script has to run.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22.23.3-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    OVERPLANNED_DATA_DIR=/var/lib/overplanned \
    OVERPLANNED_DEMO=false \
    LOG_FORMAT=json
WORKDIR /app
RUN install -d -o node -g node /var/lib/overplanned /var/lib/overplanned-models /var/lib/overplanned-datasets /run/overplanned
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
RUN install -d -o node -g node node_modules/.cache node_modules/.cache/overplanned
USER node
EXPOSE 8000
VOLUME /var/lib/overplanned
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 8000}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "./scripts/setup/kept-code.mjs", "src/main.ts"]
CMD ["serve"]
