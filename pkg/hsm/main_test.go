package hsm

import (
	"os"
	"testing"

	"countersign/internal/softhsm"
)

func TestMain(m *testing.M) {
	RunHelperIfAsked()
	os.Exit(softhsm.Run(m))
}
