# taskgateway, taskctl and tasksim in one image. `tools/image` builds it with docker or buildah and measures it.
ARG BASE=debian:bookworm-slim

# Debian; bookworm with its backports, which alone have OpenTelemetry for it.
FROM ${BASE} AS debian
RUN . /etc/os-release && [ "$VERSION_CODENAME" != bookworm ] || sed '/^$/,$d; s/^Suites:.*/Suites: bookworm-backports/' \
  /etc/apt/sources.list.d/*.sources >/etc/apt/sources.list.d/backports.sources

# Build: what tools/setup installs, and the release build.
FROM debian AS build
WORKDIR /source
# Alone, so that a change of the code does not install everything anew.
COPY tools/setup tools/setup
COPY tools/setup.d tools/setup.d
RUN tools/setup --tracing
COPY CMakeLists.txt CMakePresets.json ./
COPY proto proto
COPY adapters adapters
COPY gateway gateway
COPY tools tools
COPY tests tests
# Git is no part of the context, so what needs it cannot be asked for here: the programs alone.
RUN cmake --preset release && cmake --build --preset release --target taskgateway taskctl tasksim
RUN tools/image.d/collect build/release /out

# Run: the programs, the libraries that they load, certificate authorities, and nothing to build with.
FROM debian
COPY --from=build /out/packages /out/inside /out/taskgateway.list /tmp/image/
COPY tools/image.d/sbom /tmp/image/
RUN apt-get update -q \
  && DEBIAN_FRONTEND=noninteractive xargs -a /tmp/image/packages apt-get install -q -y --no-install-recommends \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log /var/log/alternatives.log \
  && mkdir -p /usr/local/share/taskgateway \
  && sh /tmp/image/sbom "$(cat /tmp/image/taskgateway.list)" /tmp/image/inside >/usr/local/share/taskgateway/sbom.spdx.json \
  && rm -rf /tmp/image \
  && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
  && groupadd --gid 65532 taskgateway \
  && useradd --uid 65532 --gid 65532 --no-log-init --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin taskgateway
COPY --from=build /out/bin/ /usr/local/bin/

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="taskgateway" \
  org.opencontainers.image.description="A gRPC gateway that reads asynchronous tasks of Alibaba Cloud's Cloud Control and Service Catalog" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.base.name="debian:bookworm-slim" \
  io.taskgateway.sbom="/usr/local/share/taskgateway/sbom.spdx.json"

# Numeric, so that Kubernetes sees that it is not root.
USER 65532:65532
EXPOSE 8980 8981 8982
# What the configuration's `listen.health_address` serves.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["taskctl", "--server", "127.0.0.1:8981", "--timeout", "2s", "health", "live"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["taskgateway"]
CMD ["--config", "/etc/taskgateway/taskgateway.yaml"]
