// What this package calls of PKCS#11 besides the binding: two functions of the
// list a module gives. See PKCS #11 2.40, Base Specification, Sections 3.6 and 5.11.

#ifndef COUNTERSIGN_CRYPTOKI_H
#define COUNTERSIGN_CRYPTOKI_H

typedef unsigned long ck_ulong;

struct ck_mechanism {
	ck_ulong type;
	void *parameter;
	ck_ulong size;
};

// The list is a version and then the functions in the order of pkcs11f.h.
struct ck_functions {
	unsigned char version[2];
	void (*function[68])(void);
};

enum { CK_SIGN_INIT = 42, CK_SIGN = 43 };

typedef ck_ulong (*ck_get_function_list)(struct ck_functions **);
typedef ck_ulong (*ck_sign_init)(ck_ulong session, struct ck_mechanism *, ck_ulong key);
typedef ck_ulong (*ck_sign)(ck_ulong session, const unsigned char *data, ck_ulong size,
	unsigned char *signature, ck_ulong *signature_size);

#endif
