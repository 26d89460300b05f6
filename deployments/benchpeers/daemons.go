package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// daemon is a name server of others that signs the root as it reloads it.
type daemon struct {
	name    string
	address string
	zone    string   // the file it reloads
	reload  []string // the command
	cmd     *exec.Cmd
	done    chan error
	log     *tail
}

// startKnotd starts knotd as its manual has it for signing a zone file that comes
// from elsewhere: the difference to the last one is taken, and the journal written.
func (b *bench) startKnotd(c testCase, k keyFiles, first string) (*daemon, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "knotd")
	zone := filepath.Join(dir, "zone", "root.zone")
	config, err := b.knot(c, k, knotSetUp{
		dir: dir, zone: zone,
		server:  []string{fmt.Sprintf("listen: 127.0.0.1@%d", port)},
		options: []string{"zonefile-load: difference", "zonefile-sync: -1", "acl: here"},
		rules:   "acl:\n  - id: here\n    address: 127.0.0.1\n    action: transfer\n",
	})
	if err != nil {
		return nil, err
	}
	d := &daemon{name: "knotd", address: fmt.Sprintf("127.0.0.1:%d", port), zone: zone, reload: []string{"knotc", "-c", config, "zone-reload", "."}}
	return d, b.start(d, first, "knotd", "-c", config)
}

// startNamed starts named with a dnssec-policy and inline signing, which is how it
// signs a zone file that comes from elsewhere.
func (b *bench) startNamed(c testCase, k keyFiles, first string) (*daemon, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	control, err := freePort()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "named")
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "keys"), 0o755); err != nil {
		return nil, err
	}
	for _, stem := range []string{k.ksk, k.zsk} { // it writes beside them
		for _, end := range []string{".key", ".private"} {
			if err := copyFile(stem+end, filepath.Join(dir, "keys", filepath.Base(stem)+end)); err != nil {
				return nil, err
			}
		}
	}
	const key = "key \"bench\" { algorithm hmac-sha256; secret \"Y291bnRlcnNpZ24gYmVuY2htYXJr\"; };\n"
	files := map[string]string{
		"named.conf": fmt.Sprintf(`%[1]s
controls { inet 127.0.0.1 port %[2]d allow { 127.0.0.1; } keys { "bench"; }; };
options {
	directory "%[3]s";
	pid-file "%[3]s/named.pid";
	session-keyfile "%[3]s/session.key";
	managed-keys-directory "%[3]s";
	listen-on port %[4]d { 127.0.0.1; };
	listen-on-v6 { none; };
	recursion no;
	notify no;
	dnssec-validation no;
	allow-transfer { 127.0.0.1; };
};
dnssec-policy "bench" {
	keys {
		ksk lifetime unlimited algorithm rsasha256 2048;
		zsk lifetime unlimited algorithm rsasha256 2048;
	};
	max-zone-ttl P7D;
};
zone "." {
	type primary;
	file "root.zone";
	key-directory "keys";
	inline-signing yes;
	dnssec-policy "bench";
};
`, key, control, dir, port),
		"rndc.conf": fmt.Sprintf("%soptions { default-key \"bench\"; default-server 127.0.0.1; default-port %d; };\n", key, control),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	d := &daemon{
		name: "named", address: fmt.Sprintf("127.0.0.1:%d", port), zone: filepath.Join(dir, "root.zone"),
		reload: []string{"rndc", "-c", filepath.Join(dir, "rndc.conf"), "reload", "."},
	}
	return d, b.start(d, first, "named", "-g", "-n", strconv.Itoa(b.cores), "-c", filepath.Join(dir, "named.conf"))
}

// start runs the daemon in the foreground until it serves the first version, signed.
func (b *bench) start(d *daemon, first string, arguments ...string) error {
	if err := os.MkdirAll(filepath.Dir(d.zone), 0o755); err != nil {
		return err
	}
	if err := copyFile(first, d.zone); err != nil {
		return err
	}
	d.log = &tail{}
	d.cmd = exec.CommandContext(b.ctx, arguments[0], arguments[1:]...)
	d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
	d.cmd.WaitDelay = 5 * time.Second
	if err := d.cmd.Start(); err != nil {
		return err
	}
	d.done = make(chan error, 1)
	go func() { d.done <- d.cmd.Wait() }()
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() {
		err := awaitSerial(ctx, d.address, firstSerial, time.Minute)
		if err == nil {
			err = awaitRest(ctx, d.address, 3*time.Second, 3*time.Minute)
		}
		served <- err
	}()
	select {
	case err := <-served:
		if err == nil {
			return nil
		}
		d.stop()
		return fmt.Errorf("%s: %w\n%s", d.name, err, d.log.text)
	case err := <-d.done:
		d.done <- err
		return fmt.Errorf("%s ended: %v\n%s", d.name, err, d.log.text)
	}
}

// stop ends the daemon, with force if it takes too long.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.done:
	case <-time.After(10 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}

// replace puts the next version in the place of the zone file.
func (d *daemon) replace(file string) error {
	if err := copyFile(file, d.zone+".next"); err != nil {
		return err
	}
	return os.Rename(d.zone+".next", d.zone)
}

// signatures is the RRSIG records of the served zone, as dig prints them.
func (b *bench) signatures(d *daemon) (map[string]bool, error) {
	_, port, _ := strings.Cut(d.address, ":")
	file := filepath.Join(b.dir, "out", d.name+".axfr")
	out, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	defer os.Remove(file)
	defer out.Close()
	cmd := exec.CommandContext(b.ctx, "dig", "@127.0.0.1", "-p", port, ".", "AXFR", "+onesoa", "+nocomments", "+nocmd", "+nostats")
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("dig AXFR from %s: %w", d.name, err)
	}
	return signatureLines(file)
}

var signatureLine = regexp.MustCompile(`(?m)^\S+\s+\d+\s+IN\s+RRSIG\s.*$`)

// signatureLines are the RRSIG records of a zone file with one record a line. Blanks
// do not matter.
func signatureLines(file string) (map[string]bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := map[string]bool{}
	for _, line := range signatureLine.FindAllString(string(text), -1) {
		lines[strings.Join(strings.Fields(line), " ")] = true
	}
	return lines, nil
}

// fresh is how many of after are not in before.
func fresh(before, after map[string]bool) int {
	n := 0
	for line := range after {
		if !before[line] {
			n++
		}
	}
	return n
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}
