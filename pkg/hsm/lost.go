//go:build cgo

package hsm

import (
	"errors"

	"github.com/miekg/pkcs11"
)

// errDropped is what a worker gets that comes to a connection another worker
// found dead.
var errDropped = errors.New("the connection to the token was dropped")

// errAbsent is in the chain when no token matches the URI.
var errAbsent = errors.New("token is not present")

// lostCodes say that sessions, login or handles are gone, or that the token is.
// General errors are among them: it is what network tokens report when their
// line breaks. A retry is bounded, so a wrong guess costs time only.
var lostCodes = []pkcs11.Error{
	pkcs11.CKR_GENERAL_ERROR,
	pkcs11.CKR_FUNCTION_FAILED,
	pkcs11.CKR_SLOT_ID_INVALID,
	pkcs11.CKR_DEVICE_ERROR,
	pkcs11.CKR_DEVICE_MEMORY,
	pkcs11.CKR_DEVICE_REMOVED,
	pkcs11.CKR_KEY_HANDLE_INVALID,
	pkcs11.CKR_OBJECT_HANDLE_INVALID,
	pkcs11.CKR_OPERATION_ACTIVE,
	pkcs11.CKR_OPERATION_NOT_INITIALIZED,
	pkcs11.CKR_SESSION_CLOSED,
	pkcs11.CKR_SESSION_HANDLE_INVALID,
	pkcs11.CKR_TOKEN_NOT_PRESENT,
	pkcs11.CKR_TOKEN_NOT_RECOGNIZED,
	pkcs11.CKR_USER_NOT_LOGGED_IN,
	pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED,
}

// isLost says whether a new connection may help.
func isLost(err error) bool {
	if errors.Is(err, errDropped) || errors.Is(err, errAbsent) {
		return true
	}
	var code pkcs11.Error
	if !errors.As(err, &code) {
		return false
	}
	for _, lost := range lostCodes {
		if code == lost {
			return true
		}
	}
	return false
}

// pinCodes say that the PIN must not be tried again.
var pinCodes = []pkcs11.Error{
	pkcs11.CKR_PIN_INCORRECT,
	pkcs11.CKR_PIN_INVALID,
	pkcs11.CKR_PIN_LEN_RANGE,
	pkcs11.CKR_PIN_EXPIRED,
	pkcs11.CKR_PIN_LOCKED,
}

func isPIN(err error) bool {
	for _, code := range pinCodes {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}
