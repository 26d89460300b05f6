package hsm

import (
	"os"
	"testing"

	"countersign/internal/softhsm"
)

func TestMain(m *testing.M) { os.Exit(softhsm.Run(m)) }
