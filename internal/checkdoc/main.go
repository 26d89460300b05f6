// Command checkdoc writes docs/checks.md: every check on a KSR, an SKR and a
// signed zone, with what it verifies and the files that make it. It is run by
// "go generate".
package main

import (
	"flag"
	"os"

	"countersign/internal/cli"
	"countersign/pkg/durable"
)

func main() {
	root := flag.String("root", "..", "`folder` of the module")
	out := flag.String("o", "", "`file` to write, replacing one that is there (default standard output)")
	flag.Parse()
	cli.Exit("checkdoc", run(*root, *out))
}

func run(root, out string) error {
	page, err := page(root)
	if err != nil {
		return err
	}
	if out == "" {
		_, err := os.Stdout.Write(page)
		return err
	}
	return durable.Replace(out, page, 0o644)
}
