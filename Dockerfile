# syntax=docker/dockerfile:1
# Server and worker in one image; the command decides which of them runs. The base image is pinned to a version. To pin its bytes
# too, give its digest: docker build --build-arg NODE_IMAGE=node:20.20.2-bookworm-slim@sha256:... .
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY prisma ./prisma
COPY scripts/build.mjs scripts/build-web.mjs scripts/build-dashboard.mjs ./scripts/
COPY scripts/bundle-packages.mjs scripts/bundle-processes.mjs ./scripts/
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev

FROM ${NODE_IMAGE}
# ONNX Runtime's webgpu provider finds the container's GPU through the Vulkan loader. S3 needs the certificates.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libvulkan1 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY LICENSE ./
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY prisma ./prisma
COPY examples/reference-study ./examples/reference-study
COPY examples/evaluation-sets ./examples/evaluation-sets
# Holds the weight files, and the embedded PostgreSQL if DATABASE_URL is not set.
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production RANKSCOPE_DATA=/data
VOLUME /data
USER node
EXPOSE 4000
# Node handles SIGTERM as process 1. A worker does not listen on port 4000 and needs its own health check.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))", "http://127.0.0.1:4000/readyz"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=4", "dist/main.js", "serve"]
