// bare signs with a PKCS#11 token in a loop as short as can be: what hsmbench
// compares package hsm with.
//
//	bare MODULE TOKEN KEY rsa|ec PROCESSES SESSIONS SIGNATURES
//
// It prints the signatures a second of all processes and sessions together. Each
// session has a thread and takes the next number until all are signed; starting,
// login and finding the key are not counted. The PIN is that of a token made for
// the measurement.

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "pkcs11go.h"

enum { MOST_SESSIONS = 64 };

#define PIN "87654321"

struct shared {
	atomic_long next;
	atomic_int ready, go;
};

static struct shared *shared;
static CK_FUNCTION_LIST_PTR f;
static CK_MECHANISM mechanism;
static CK_ULONG input_size;
static const char *token, *label;
static long total;

static void check(CK_RV rv, const char *what)
{
	if (rv != CKR_OK) {
		fprintf(stderr, "bare: %s: 0x%lx\n", what, (unsigned long)rv);
		exit(1);
	}
}

static int slot(CK_SLOT_ID *found)
{
	CK_SLOT_ID slots[64];
	CK_ULONG n = 64;
	size_t length = strlen(token);
	check(f->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;
		if (f->C_GetTokenInfo(slots[i], &info) == CKR_OK && memcmp(info.label, token, length) == 0 && info.label[length] == ' ')
			return *found = slots[i], 1;
	}
	return 0;
}

// start initialises the module. SoftHSM overlooks a token that another process is
// just logging in to.
static CK_SLOT_ID start(void)
{
	CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
	CK_SLOT_ID found;
	for (int i = 0; i < 100; i++) {
		check(f->C_Initialize(&arguments), "C_Initialize");
		if (slot(&found))
			return found;
		check(f->C_Finalize(NULL), "C_Finalize");
		usleep(10000);
	}
	fprintf(stderr, "bare: no token %s\n", token);
	exit(1);
}

static CK_OBJECT_HANDLE find(CK_SESSION_HANDLE s)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, (void *)label, strlen(label)}};
	CK_OBJECT_HANDLE key;
	CK_ULONG n = 0;
	check(f->C_FindObjectsInit(s, template, 2), "C_FindObjectsInit");
	check(f->C_FindObjects(s, &key, 1, &n), "C_FindObjects");
	check(f->C_FindObjectsFinal(s), "C_FindObjectsFinal");
	check(n == 1 ? CKR_OK : CKR_KEY_HANDLE_INVALID, "finding the key");
	return key;
}

static void *loop(void *argument)
{
	static const unsigned char digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	CK_SESSION_HANDLE s = *(CK_SESSION_HANDLE *)argument;
	CK_OBJECT_HANDLE key = find(s);
	unsigned char input[sizeof digest_info + 32] = {0}, signature[1024];
	if (input_size > 32)
		memcpy(input, digest_info, sizeof digest_info);
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		usleep(50);
	for (long i; (i = atomic_fetch_add(&shared->next, 1)) < total;) {
		CK_ULONG n = sizeof signature;
		memcpy(input + input_size - sizeof i, &i, sizeof i);
		check(f->C_SignInit(s, &mechanism, key), "C_SignInit");
		check(f->C_Sign(s, input, input_size, signature, &n), "C_Sign");
	}
	return NULL;
}

static void run(const char *path, int sessions)
{
	void *module = dlopen(path, RTLD_NOW);
	CK_C_GetFunctionList get = module ? (CK_C_GetFunctionList)dlsym(module, "C_GetFunctionList") : NULL;
	check(get ? get(&f) : CKR_GENERAL_ERROR, "loading the module");
	CK_SLOT_ID in = start();
	CK_SESSION_HANDLE session[MOST_SESSIONS];
	pthread_t thread[MOST_SESSIONS];
	for (int i = 0; i < sessions; i++)
		check(f->C_OpenSession(in, CKF_SERIAL_SESSION, NULL, NULL, &session[i]), "C_OpenSession");
	CK_RV rv = f->C_Login(session[0], CKU_USER, (unsigned char *)PIN, strlen(PIN));
	for (int i = 0; rv != CKR_OK && i < 100; i++) { // SoftHSM, as above
		usleep(10000);
		rv = f->C_Login(session[0], CKU_USER, (unsigned char *)PIN, strlen(PIN));
	}
	check(rv, "C_Login");
	for (int i = 0; i < sessions; i++)
		pthread_create(&thread[i], NULL, loop, &session[i]);
	for (int i = 0; i < sessions; i++)
		pthread_join(thread[i], NULL);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int count, char **argument)
{
	if (count != 8) {
		fprintf(stderr, "usage: bare MODULE TOKEN KEY rsa|ec PROCESSES SESSIONS SIGNATURES\n");
		return 2;
	}
	token = argument[2];
	label = argument[3];
	int rsa = strcmp(argument[4], "rsa") == 0;
	mechanism.mechanism = rsa ? CKM_RSA_PKCS : CKM_ECDSA;
	input_size = rsa ? 51 : 32;
	int processes = atoi(argument[5]), sessions = atoi(argument[6]);
	total = atol(argument[7]);
	if (processes < 1 || sessions < 1 || sessions > MOST_SESSIONS)
		return 2;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run(argument[1], sessions);
			_exit(0);
		}
	while (atomic_load(&shared->ready) < processes * sessions) {
		int status;
		if (waitpid(-1, &status, WNOHANG) > 0)
			return 1; // the others die with this process
		usleep(200);
	}
	double start = now();
	atomic_store(&shared->go, 1);
	int status, failed = 0;
	while (wait(&status) > 0)
		failed |= status;
	if (failed)
		return 1;
	printf("%.1f\n", total / (now() - start));
	return 0;
}
