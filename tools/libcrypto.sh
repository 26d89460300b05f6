#!/bin/bash
# Says "yes" if the C of pkg/libcrypto compiles and links with the OpenSSL that is
# here, else "no", and on standard error why. Where headers and library are not in
# their usual place, CGO_CFLAGS and CGO_LDFLAGS say where, as for the go command.
set -u
cd "$(dirname "$0")/../pkg/libcrypto" || exit 1

made=$(mktemp) || exit 1
trap 'rm -f "$made"' EXIT
# shellcheck disable=SC2086 # flags are several words
if faults=$(${CC:-$(go env CC)} -O0 -shared -fPIC -Wl,-z,defs -Werror=implicit-function-declaration -DOPENSSL_SUPPRESS_DEPRECATED ${CGO_CFLAGS:-} \
	-o "$made" ./*.c ${CGO_LDFLAGS:-} -lcrypto 2>&1); then
	echo yes
else
	echo "libcrypto: left out, so Go's crypto makes the RSA and ECDSA signatures: want OpenSSL 3 and its headers (libssl-dev)" >&2
	grep -m 1 -i 'error\|undefined\|not found' <<<"$faults" >&2
	echo no
fi
