#!/bin/bash
# Runs every fuzz target for the time given, one after the other:
#
#	tools/fuzz.sh 1m [FOLDER]
#
# A finding is kept by go test under testdata/fuzz of its package, and does not
# stop the others.
set -euo pipefail
duration=$1
cd "$(dirname "$0")/.."

mapfile -t targets < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' "${2:-.}" |
	sed -E 's|^(.*)/[^/]+:func (.*)$|\1 \2|' | sort)
if [ ${#targets[@]} -eq 0 ]; then
	echo "fuzz: error: no fuzz target below ${2:-.}" >&2
	exit 1
fi

failed=()
for target in "${targets[@]}"; do
	read -r folder name <<<"$target"
	case $folder in ./*) ;; *) folder=./$folder ;; esac
	echo "fuzz: $name in $folder for $duration"
	# Few minimising steps: large documents would be shrunk all the time.
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$duration" -fuzzminimizetime 10x "$folder" || failed+=("$folder $name")
done
if [ ${#failed[@]} -gt 0 ]; then
	printf 'fuzz: error: finding in %s\n' "${failed[@]}" >&2
	exit 1
fi
echo "fuzz: ${#targets[@]} targets ran $duration each, no finding"
