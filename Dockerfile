# syntax=docker/dockerfile:1
# Server and worker in one image; which of them it is says the command. Tags are pinned to a version; to pin an image's bytes
# too, give its digest: docker build --build-arg NODE_IMAGE=node:20.20.2-bookworm-slim@sha256:... .
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY prisma ./prisma
COPY scripts/build.mjs scripts/build-web.mjs scripts/build-dashboard.mjs ./scripts/
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev

FROM ${NODE_IMAGE}
# The Vulkan loader, by which ONNX Runtime's webgpu provider finds the GPU that the container is given, and certificates for S3.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libvulkan1 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY prisma ./prisma
COPY examples/reference-study ./examples/reference-study
# Weight files are kept here, and an embedded PostgreSQL's where there is no DATABASE_URL.
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production RANKSCOPE_DATA=/data
VOLUME /data
USER node
EXPOSE 4000
# Node takes SIGTERM as process 1 and stops by itself. A worker has no port 4000: it brings its own check.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))", "http://127.0.0.1:4000/readyz"]
CMD ["node", "--enable-source-maps", "dist/main.js", "serve"]
