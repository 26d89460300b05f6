//go:build libcrypto && cgo

package libcrypto

/*
#cgo CFLAGS: -O2 -Wall -Wextra -DOPENSSL_SUPPRESS_DEPRECATED
#cgo LDFLAGS: -lcrypto
#include <openssl/crypto.h>
*/
import "C"

import (
	"errors"
	"sync"
)

// Built says whether libcrypto is in this program.
const Built = true

// Version names the libcrypto that is loaded, such as "OpenSSL 3.0.19". It is
// empty where libcrypto is not built in.
func Version() string {
	return "OpenSSL " + C.GoString(C.OpenSSL_version(C.OPENSSL_FULL_VERSION_STRING))
}

// start prepares libcrypto before the first key is given to it: no configuration
// file, which could name modules to load, and nothing to do at exit.
var start = sync.OnceValue(func() error {
	if C.OPENSSL_init_crypto(C.OPENSSL_INIT_NO_LOAD_CONFIG|C.OPENSSL_INIT_NO_ATEXIT, nil) != 1 {
		return errors.New("libcrypto does not start")
	}
	return nil
})
