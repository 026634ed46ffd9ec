#!/bin/sh
# A Chromium for the browser tests: found, or installed where that needs nobody's consent (root on Debian).
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing Chromium and a Chinese font for the browser tests"
  apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null 2>&1 || true
fi
if ! command -v chromium >/dev/null 2>&1; then
  if [ -n "${LEADLOOP_REQUIRE_BROWSER:-}" ]; then
    echo "no Chromium: the browser tests are required here" >&2
    exit 1
  fi
  echo "no Chromium found: the browser tests are skipped (install the package chromium to run them)"
fi
