# SPDX-License-Identifier: Apache-2.0
# The same steps as on a fresh Debian 12: copy the checkout, run the README's two commands.
#   docker build -t vmlab . && docker run --rm -it vmlab ./vmlab run scenarios/smoke.yaml
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
COPY . /vmlab
WORKDIR /vmlab
# Installs the packages and builds, so that the image is ready to run.
RUN ./vmlab --version
CMD ["./vmlab", "doctor"]
