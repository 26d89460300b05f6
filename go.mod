module countersign

go 1.26.0

toolchain go1.26.8

require (
	github.com/miekg/dns v1.1.72 // DNS records in presentation form: the types our own scanner does not read; the oracle in tests
	github.com/miekg/pkcs11 v1.1.2 // PKCS#11, in pkg/hsm only
	github.com/spf13/cobra v1.10.2 // command lines of the three programs
	github.com/spf13/pflag v1.0.9 // cobra's flags, which tests compare with the manual pages
	github.com/stefanberger/go-pkcs11uri v0.0.0-20230803200340-78284954bff6 // RFC 7512 URIs, in pkg/hsm only
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78 // encrypted PKCS#8, in pkg/keyfile only
	go.yaml.in/yaml/v4 v4.0.0 // configuration files, read strictly
	golang.org/x/sys v0.49.0 // renameat2, in pkg/durable; no core dumps, in internal/nodump; close_range, in pkg/hsm
	golang.org/x/term v0.47.0 // passphrases and PINs read from the terminal
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	golang.org/x/crypto v0.46.0 // indirect
	golang.org/x/mod v0.31.0 // indirect
	golang.org/x/net v0.48.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
	golang.org/x/tools v0.40.0 // indirect
)

// Verifying is arithmetic; which sizes are good enough is for the limits to say, by name.
godebug rsa1024min=0
