# The image: one binary, its certificates, a user without rights, a volume for the database.
# docker build -t steadyline . && docker run -p 3000:3000 -v steadyline:/data steadyline

FROM rust:1.95-bookworm AS build
# The image's own toolchain, instead of fetching the channel that rust-toolchain.toml names.
ENV RUSTUP_TOOLCHAIN=1.95.0
# Node for sass and wasm-opt (exact versions in end2end/package-lock.json).
COPY --from=node:22-bookworm-slim /usr/local/bin/node /usr/local/bin/node
COPY --from=node:22-bookworm-slim /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && rustup target add wasm32-unknown-unknown
WORKDIR /src
COPY . .
# What the program tells as its commit (`--build-arg`): .git is not copied.
ARG STEADYLINE_COMMIT=""
# Caches keep the second build short; the binary is copied out, since a cache is no part of the layer.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo xtask build --release && cp target/release/steadyline /steadyline

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libcap2-bin && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin steadyline \
    && install --directory --owner=steadyline --mode=0700 /data
COPY --from=build /steadyline /usr/local/bin/steadyline
# Raw ICMP (traceroute, and echoes where ping_group_range is closed) without root. A container that drops NET_RAW cannot
# start a file with this right: build without this line there; probes then use datagram ICMP, or TCP, and say so.
RUN setcap cap_net_raw+ep /usr/local/bin/steadyline
ENV STEADYLINE_LISTEN=[::]:3000 STEADYLINE_DATA_DIR=/data
USER steadyline
VOLUME /data
EXPOSE 3000
ENTRYPOINT ["steadyline"]
