//go:build cgo

package hsm

/*
#cgo linux LDFLAGS: -ldl

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include "cryptoki.h"

// functions is the list of a module that is loaded already.
static struct ck_functions *functions(const char *path)
{
	struct ck_functions *list = NULL;
	void *module = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
	if (module == NULL)
		return NULL;
	ck_get_function_list get = (ck_get_function_list)dlsym(module, "C_GetFunctionList");
	if (get == NULL || get(&list) != 0)
		return NULL;
	return list;
}

static long long nanoseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// sign_run signs inputs, one after the other, until all are done or the time is
// over, at least one. Signatures of another length than size are refused as
// CKR_SIGNATURE_LEN_RANGE. Signals wait: those with which Go tries to preempt what
// lasts 10 ms would interrupt the locks of a token in software, again and again.
static ck_ulong sign_run(struct ck_functions *f, ck_ulong session, ck_ulong mechanism, ck_ulong key,
	const unsigned char *in, const ck_ulong *lengths, ck_ulong n,
	unsigned char *out, ck_ulong size, long long limit, ck_ulong *done)
{
	ck_sign_init init = (ck_sign_init)f->function[CK_SIGN_INIT];
	ck_sign sign = (ck_sign)f->function[CK_SIGN];
	struct ck_mechanism m = {mechanism, NULL, 0};
	long long end = nanoseconds() + limit;
	ck_ulong rv = 0;
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (ck_ulong i = 0; i < n; i++) {
		ck_ulong got = size;
		rv = init(session, &m, key);
		if (rv == 0)
			rv = sign(session, in, lengths[i], out, &got);
		if (rv == 0 && got != size)
			rv = 0xC1;
		if (rv != 0)
			break;
		in += lengths[i];
		out += size;
		*done = i + 1;
		if (nanoseconds() >= end)
			break;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rv;
}
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/miekg/pkcs11"
)

// functions is what a module offers to be called directly.
type functions struct{ list *C.struct_ck_functions }

// functionsOf finds the functions of a library that the binding has loaded.
func functionsOf(path string) (functions, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	list := C.functions(name)
	if list == nil {
		return functions{}, fmt.Errorf("PKCS#11 module %s gives no list of functions", path)
	}
	return functions{list}, nil
}

// runTime ends a run, so that whoever ends the connection does not wait for long.
const runTime = 100 * time.Millisecond

// run is a part of a batch, laid out for C. It is used again and again.
type run struct {
	in      []byte
	lengths []C.ck_ulong
	out     []byte
}

func (r *run) reset() { r.in, r.lengths = r.in[:0], r.lengths[:0] }

// add appends what one signature is made of, in parts.
func (r *run) add(parts ...[]byte) {
	size := 0
	for _, part := range parts {
		r.in = append(r.in, part...)
		size += len(part)
	}
	r.lengths = append(r.lengths, C.ck_ulong(size))
}

// sign makes as many of the signatures, in order, as runTime allows, each of size
// octets, in out.
func (r *run) sign(f functions, s pkcs11.SessionHandle, mechanism uint, key pkcs11.ObjectHandle, size int) (done int, err error) {
	n := len(r.lengths)
	if n == 0 {
		return 0, nil
	}
	if len(r.out) < n*size {
		r.out = make([]byte, n*size)
	}
	in := append(r.in, 0) // an address even of nothing
	var count C.ck_ulong
	rv := C.sign_run(f.list, C.ck_ulong(s), C.ck_ulong(mechanism), C.ck_ulong(key),
		(*C.uchar)(unsafe.Pointer(&in[0])), &r.lengths[0], C.ck_ulong(n),
		(*C.uchar)(unsafe.Pointer(&r.out[0])), C.ck_ulong(size), C.longlong(runTime), &count)
	switch {
	case rv == pkcs11.CKR_SIGNATURE_LEN_RANGE:
		return int(count), fmt.Errorf("%w: its length is wrong", errBadSignature)
	case rv != pkcs11.CKR_OK:
		return int(count), pkcs11.Error(rv)
	}
	return int(count), nil
}
