module countersign

go 1.26.0

toolchain go1.26.8

// DNS records in presentation form: the types our own scanner does not read; the oracle in tests.
require github.com/miekg/dns v1.1.72

require (
	golang.org/x/mod v0.31.0 // indirect
	golang.org/x/net v0.48.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.40.0 // indirect
)

// Verifying is arithmetic; which sizes are good enough is for the limits to say, by name.
godebug rsa1024min=0
