#!/bin/bash
# Installs the Debian packages that the tests need, if a program or header of theirs
# is missing; else it does nothing and needs no network. Run by "make test-deps".
set -euo pipefail

# program, or C header in <>, then the packages that bring it
needs='
gcc               gcc libc6-dev
<openssl/evp.h>   libssl-dev
openssl           openssl
dnssec-verify     bind9-utils
dnssec-signzone   bind9-utils
named-checkzone   bind9-utils
dig               bind9-dnsutils
named             bind9
ldns-verify-zone  ldnsutils
keymgr            knot
kdig              knot-dnsutils
kzonecheck        knot-dnssecutils
kzonesign         knot-dnssecutils
softhsm2-util     softhsm2
pkcs11-tool       opensc
jing              jing
xmllint           libxml2-utils
nsd               nsd
nsd-checkzone     nsd
unbound           unbound
unbound-checkconf unbound
'

# The daemons are in sbin, which is not on everyone's path.
PATH=$PATH:/usr/sbin:/sbin

present() {
	case $1 in
	'<'*) gcc -E -include "${1//[<>]/}" -x c /dev/null >/dev/null 2>&1 ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

missing=()
packages=()
while read -r program wanted; do
	if [ -n "$program" ] && ! present "$program"; then
		missing+=("$program")
		# shellcheck disable=SC2206 # two words are two packages
		packages+=($wanted)
	fi
done <<<"$needs"

if [ ${#missing[@]} -eq 0 ]; then
	echo "test-deps: everything the tests need is installed"
	exit 0
fi
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)

if ! command -v apt-get >/dev/null; then
	echo "test-deps: error: missing ${missing[*]}, and this is not a Debian system" >&2
	echo "test-deps: hint: install them by hand; on Debian 12 they are in: ${packages[*]}" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "test-deps: error: missing ${missing[*]}; installing them needs root or sudo" >&2
		echo "test-deps: hint: as root: apt-get install --no-install-recommends ${packages[*]}" >&2
		exit 1
	fi
	as_root=(sudo)
fi

# The tests start the daemons themselves, on ports of their own. Where systemd
# runs, the packages would start them too: a mask until they are installed keeps
# them from it.
units=()
if [ -d /run/systemd/system ]; then
	for package in "${packages[@]}"; do
		case $package in
		knot | nsd | unbound) units+=("$package.service") ;;
		bind9) units+=(named.service) ;;
		esac
	done
fi
unmask() {
	if [ ${#units[@]} -gt 0 ]; then
		"${as_root[@]}" systemctl --quiet unmask --runtime "${units[@]}"
		"${as_root[@]}" systemctl --quiet disable "${units[@]}"
	fi
}
if [ ${#units[@]} -gt 0 ]; then
	"${as_root[@]}" systemctl --quiet mask --runtime "${units[@]}"
	trap unmask EXIT
fi

install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
}
echo "test-deps: installing ${packages[*]}"
if ! install; then
	# The lists of packages may be old, or not there at all.
	"${as_root[@]}" apt-get update -q
	install
fi

for program in "${missing[@]}"; do
	if ! present "$program"; then
		echo "test-deps: error: $program is still missing after the installation" >&2
		exit 1
	fi
done
