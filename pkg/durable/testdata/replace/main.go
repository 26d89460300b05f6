// Command replace calls durable.Replace with the path and the text of its
// arguments, for the test that fails each of its steps from outside.
package main

import (
	"fmt"
	"os"

	"countersign/pkg/durable"
)

func main() {
	if err := durable.Replace(os.Args[1], []byte(os.Args[2]), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
