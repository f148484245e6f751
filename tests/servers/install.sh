#!/bin/sh
# In CI, as root: the real servers that tests drive, from Debian's packages. Elsewhere their tests skip with a reason.
set -eu
[ "${CI:-}" = true ] || exit 0
wanted=""
command -v rabbitmq-server >/dev/null || [ -x /usr/sbin/rabbitmq-server ] || wanted="$wanted rabbitmq-server"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
command -v promtool >/dev/null || wanted="$wanted prometheus"
command -v amtool >/dev/null || wanted="$wanted prometheus-alertmanager"
command -v prometheus-postgres-exporter >/dev/null || wanted="$wanted prometheus-postgres-exporter"
command -v chromium >/dev/null || wanted="$wanted chromium"
command -v ip >/dev/null || wanted="$wanted iproute2"
command -v nft >/dev/null || [ -x /usr/sbin/nft ] || wanted="$wanted nftables"
[ -n "$wanted" ] || exit 0
echo "==> installing$wanted"
apt-get update -qq
# Debian starts what it installs; the tests start servers of their own.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
rm -f /usr/sbin/policy-rc.d
