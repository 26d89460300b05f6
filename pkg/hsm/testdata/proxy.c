// proxy is a PKCS#11 module that does what another does, as a token far away or a
// small one would: PROXY_MODULE is the other's path, PROXY_DELAY how many
// microseconds a signature takes longer, PROXY_SESSIONS how many sessions it has.
// With PROXY_SPOIL every signature has a bit changed.

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cryptoki.h"

enum { CK_OPEN_SESSION = 12, CK_CLOSE_SESSION = 13, CKR_GENERAL_ERROR = 5, CKR_SESSION_COUNT = 0xB1 };

typedef ck_ulong (*open_session)(ck_ulong, ck_ulong, void *, void *, ck_ulong *);
typedef ck_ulong (*close_session)(ck_ulong);

static struct ck_functions list;
static open_session real_open;
static close_session real_close;
static ck_sign real_sign;
static atomic_long sessions;

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);
	return text && *text ? atol(text) : otherwise;
}

static ck_ulong open_limited(ck_ulong slot, ck_ulong flags, void *application, void *notify, ck_ulong *session)
{
	if (atomic_fetch_add(&sessions, 1) >= number("PROXY_SESSIONS", 1000000)) {
		atomic_fetch_sub(&sessions, 1);
		return CKR_SESSION_COUNT;
	}
	ck_ulong rv = real_open(slot, flags, application, notify, session);
	if (rv != 0)
		atomic_fetch_sub(&sessions, 1);
	return rv;
}

static ck_ulong close_counted(ck_ulong session)
{
	ck_ulong rv = real_close(session);
	if (rv == 0)
		atomic_fetch_sub(&sessions, 1);
	return rv;
}

static ck_ulong sign_late(ck_ulong session, const unsigned char *data, ck_ulong size, unsigned char *signature, ck_ulong *signature_size)
{
	if (signature != NULL)
		usleep(number("PROXY_DELAY", 0));
	ck_ulong rv = real_sign(session, data, size, signature, signature_size);
	if (rv == 0 && signature != NULL && number("PROXY_SPOIL", 0))
		signature[*signature_size / 2] ^= 1;
	return rv;
}

ck_ulong C_GetFunctionList(struct ck_functions **out)
{
	struct ck_functions *real = NULL;
	void *module = dlopen(getenv("PROXY_MODULE"), RTLD_NOW);
	ck_get_function_list get = module ? (ck_get_function_list)dlsym(module, "C_GetFunctionList") : NULL;
	if (get == NULL || get(&real) != 0)
		return CKR_GENERAL_ERROR;
	memcpy(&list, real, sizeof list);
	real_open = (open_session)real->function[CK_OPEN_SESSION];
	real_close = (close_session)real->function[CK_CLOSE_SESSION];
	real_sign = (ck_sign)real->function[CK_SIGN];
	list.function[CK_OPEN_SESSION] = (void (*)(void))open_limited;
	list.function[CK_CLOSE_SESSION] = (void (*)(void))close_counted;
	list.function[CK_SIGN] = (void (*)(void))sign_late;
	*out = &list;
	return 0;
}
