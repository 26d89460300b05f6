#!/bin/bash
# The whole custody cycle on this machine, with software keys: both operators, a
# genesis cycle and a second one chained to it, a signed zone and its
# verification. All of it is left in demo/ to look at. Run by "make demo".
#
#   demo.sh [--zone-file FILE]   sign FILE, a root zone, instead of a made one
set -euo pipefail

fail() {
	echo "demo: error: $1" >&2
	exit "${2:-1}"
}

zone_file=
while [ $# -gt 0 ]; do
	case $1 in
	--zone-file)
		[ $# -ge 2 ] || fail "--zone-file needs a file" 2
		zone_file=$(realpath "$2")
		shift 2
		;;
	*) fail "unknown argument $1" 2 ;;
	esac
done

cd "$(dirname "$0")/.."
root=$PWD
export PATH=$root/bin:$PATH:/usr/sbin:/sbin
began=$SECONDS

# quarter prints the quarter that is N quarters after the present one.
quarter() {
	local months
	months=$(($(date -u +%Y) * 12 + 10#$(date -u +%m) - 1 + 3 * $1))
	echo "$((months / 12))Q$((months % 12 / 3 + 1))"
}
first=$(quarter 0)
second=$(quarter 1)

# A KSR may be signed at most 180 days before its last signature ends, so early in
# a quarter the next one cannot be asked for yet. Then the second cycle is run as
# if 45 days before it begins; the demo's KSK is marked as a test key for that.
month=$(((10#${second#*Q} - 1) * 3 + 1))
second_start=$(date -u -d "${second%Q*}-$month-01" +%s)
later=$((second_start - 45 * 86400))
now=$(date -u +%s)
at=()
if [ "$now" -lt "$later" ]; then
	at=(--at "$(date -u -d "@$later" +%Y-%m-%dT%H:%M:%SZ)")
fi

say() { printf '\n== %s\n' "$*"; }

# show prints a command as a person would type it, and runs it.
show() {
	echo "\$ $*"
	"$@" 2>&1 | sed 's/^/  /'
}

rm -rf demo
mkdir demo
cd demo

say "Two operators, each with keys of his own"
for side in zsk ksk; do
	(umask 077 && head -c 24 /dev/urandom | base64 >$side.passphrase)
done
show zskd init zsk --zone . --passphrase-file zsk.passphrase
show kskd init ksk --zone . --passphrase-file ksk.passphrase
show kskd key generate -c ksk/kskd.yaml --label ksk-1 --test
show kskd trust-anchor -c ksk/kskd.yaml -o zsk/trust-anchor.xml

# cycle runs one turn: KSR, the hash read back, SKR, import.
cycle() {
	local name=$1 quarter=$2 extra=() time=()
	if [ "$name" = genesis ]; then extra=(--genesis); else time=("${at[@]}"); fi
	show zskd ksr -c zsk/zskd.yaml --cycle "$quarter" "${extra[@]}" "${time[@]}" -o "$name.ksr"

	say "The KSR goes by hand; its hash is read over the phone"
	cp "$name.ksr" "ksk/received-$name.ksr"
	ksrtool words "$name.ksr" | grep -v ^File >read-aloud.txt
	ksrtool words "ksk/received-$name.ksr" | grep -v ^File >heard.txt
	cat read-aloud.txt
	cmp -s read-aloud.txt heard.txt || fail "the hash that was read is not the one that was heard"
	echo "the same on both sides"
	rm read-aloud.txt heard.txt

	say "The KSK operator checks the KSR and signs"
	show kskd sign -c ksk/kskd.yaml "${extra[@]}" "${time[@]}" --yes -o "$name.skr" "ksk/received-$name.ksr"

	say "The ZSK operator verifies the SKR and installs it"
	show zskd skr import -c zsk/zskd.yaml "${time[@]}" "$name.skr"
}

say "First cycle, $first: the first SKR ever of the zone"
cycle genesis "$first"
say "Second cycle, $second: chained to the first"
cycle second "$second"

say "The zone is signed and verified"
if [ -n "$zone_file" ]; then
	case $zone_file in
	*.gz) gunzip -c "$zone_file" >unsigned.zone ;;
	*) cp "$zone_file" unsigned.zone ;;
	esac
else
	(cd "$root" && go run ./deployments/rootlike -o demo/unsigned.zone)
fi
show zskd sign -c zsk/zskd.yaml -o signed.zone unsigned.zone

say "Others verify it too"
show ksrtool verify-zone --origin . --anchor zsk/trust-anchor.xml --skr genesis.skr --limits zsk/limits.yaml signed.zone
agree=ksrtool
for checker in "dnssec-verify -q -o . signed.zone" "ldns-verify-zone -V 1 signed.zone" "kzonecheck -o . signed.zone"; do
	if command -v "${checker%% *}" >/dev/null; then
		# shellcheck disable=SC2086 # the words are the command
		show $checker
		agree="$agree, ${checker%% *}"
	fi
done

say "Status"
show zskd status -c zsk/zskd.yaml

say "Done in $((SECONDS - began)) s"
cat <<END
What happened: two operators shared the zone "." without ever sharing a key. The
ZSK operator asked twice for signed DNSKEY RRsets, for $first and $second; the KSK
operator checked each request and answered it; each answer was verified before it
was installed. The zone was signed with the ZSK, and found good by:
  $agree
What there is to look at, in demo/:
  signed.zone                  the signed zone
  genesis.ksr, genesis.skr     the first exchange; "bin/ksrtool show demo/genesis.skr"
  second.ksr, second.skr       the second one, chained to it
  zsk/, ksk/                   the two operators; limits.yaml in each are the rules
END
