# Build: the compiler and its types stay here.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json vite.config.ts ./
COPY scripts/tsconfig.build.json scripts/
COPY topology topology
COPY src src
COPY jobs jobs
RUN npm run build && npm prune --omit=dev

FROM node:20-slim
ENV NODE_ENV=production DETOUR_HOST=0.0.0.0 DETOUR_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Networks and scenarios are data: they are read from the folders they ship in.
COPY --from=build /app/topology topology
COPY --from=build /app/src src
COPY package.json LICENSE ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 7600
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.DETOUR_PORT || 7600) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# As in `npm start`: large buffers go back to the system when they are freed (docs/benchmarks.md, Memory).
ENV MALLOC_MMAP_THRESHOLD_=131072
CMD ["node", "dist/src/cli/main.js", "run"]
